using System.Runtime.CompilerServices;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Mib;

/// <summary>A conceptual table: columns declared by number, rows found in the state (RFC 2578 §7.1.12).</summary>
/// <remarks>Rows are immutable; a column's setter returns the changed row. Reading is here, setting in the other part.</remarks>
public sealed partial class MibTable<TState, TRow> : ControlObject<TState>
    where TState : class
    where TRow : class
{
    private readonly ObjectIdentifier _entry;
    private readonly TableRows<TState, TRow> _rows;
    private readonly SortedList<uint, TableColumn<TState, TRow>> _columns = [];

    internal MibTable(ControlPlane<TState> plane, ObjectIdentifier entry, TableRows<TState, TRow> rows)
        : base(plane, new(entry.Span[..^1])) => (_entry, _rows) = (entry, rows);

    /// <summary>A column that SNMP cannot set.</summary>
    /// <param name="known">Whether the row has a value yet; without one the instance does not exist.</param>
    public MibTable<TState, TRow> ReadOnly<T>(uint column, string name, Smi<T> syntax, Func<TRow, T> get, Func<TRow, bool>? known = null) =>
        Add(new TableColumn<TState, TRow, T>(column, name, syntax, get, null, known, ErrorStatus.NoError));

    /// <summary>A column that SNMP can set (read-write or read-create).</summary>
    /// <param name="known">Whether the row has a value yet; without one the instance does not exist.</param>
    /// <param name="whileActive">The error for a SET while the row is, and stays, active; noError where that is allowed.</param>
    public MibTable<TState, TRow> ReadCreate<T>(
        uint column,
        string name,
        Smi<T> syntax,
        Func<TRow, T> get,
        Func<TRow, T, TRow> set,
        Func<TRow, bool>? known = null,
        ErrorStatus whileActive = ErrorStatus.NoError
    ) => Add(new TableColumn<TState, TRow, T>(column, name, syntax, get, (row, value, _) => set(row, value), known, whileActive));

    /// <summary>A column whose setter looks at more than the row, and may refuse.</summary>
    public MibTable<TState, TRow> Assigns<T>(
        uint column,
        string name,
        Smi<T> syntax,
        Func<TRow, T> get,
        Func<TRow, T, Assignment<TState>, Assigned<TRow>> set
    ) => Add(new TableColumn<TState, TRow, T>(column, name, syntax, get, set, null, ErrorStatus.NoError));

    /// <summary>A column whose value the agent makes itself when it is set: the setter gets the Uptime in place of the value.</summary>
    public MibTable<TState, TRow> SetsTime(uint column, string name, Func<TRow, uint> get, Func<TRow, uint, TRow> set) =>
        Add(new TableColumn<TState, TRow, uint>(column, name, Smi.TimeTicks, get, (row, _, at) => set(row, at.Now), null, ErrorStatus.NoError));

    public override GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response)
    {
        if (!_entry.IsPrefixOf(name) || name.Length == _entry.Length || !_columns.TryGetValue(name[_entry.Length], out var column))
            return GetOutcome.NoSuchObject;
        if (_rows.Find(Current, name[(_entry.Length + 1)..]) is not { } row || !column.IsKnown(row))
            return GetOutcome.NoSuchInstance;
        column.Write(name, row, ref response);
        return GetOutcome.Found;
    }

    [SkipLocalsInit]
    public override bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response)
    {
        var first = 0u;
        scoped ReadOnlySpan<uint> afterIndex = [];
        if (_entry.IsPrefixOf(after))
        {
            if (after.Length > _entry.Length)
            {
                first = after[_entry.Length];
                afterIndex = after[(_entry.Length + 1)..];
            }
        }
        else if (after.CompareNames(_entry.Span) > 0)
        {
            return false;
        }

        var state = Current;
        // By position: a SortedList's enumerator is an object.
        for (var i = Math.Max(_columns.IndexOfKey(first), 0); i < _columns.Count; i++)
        {
            var (number, column) = (_columns.GetKeyAtIndex(i), _columns.GetValueAtIndex(i));
            if (number < first)
                continue;
            if (TryNextKnown(state, column, number == first ? afterIndex : [], out var index, out var row))
            {
                OidBuffer.Begin(out var name);
                if (name.TrySet(_entry.Span) && name.TryAppend(number) && name.TryAppend(index.Span))
                    column.Write(name.Span, row, ref response);
                return true;
            }
        }
        return false;
    }

    private bool TryNextKnown(TState state, TableColumn<TState, TRow> column, ReadOnlySpan<uint> after, out OidBuffer index, out TRow row)
    {
        index = default;
        row = _rows.Next(state, after, ref index)!;
        while (row is not null && !column.IsKnown(row))
        {
            var skipped = index;
            row = _rows.Next(state, skipped.Span, ref index)!;
        }
        return row is not null;
    }

    private MibTable<TState, TRow> Add(TableColumn<TState, TRow> column)
    {
        _columns.Add(column.Number, column);
        return this;
    }
}
