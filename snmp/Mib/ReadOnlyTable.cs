using System.Runtime.CompilerServices;
using Rtfm.Snmp.Ber;

namespace Rtfm.Snmp.Mib;

/// <summary>A table that is only read, over snapshots of its rows; its index may have any number of parts (RFC 2578 §7.7).</summary>
/// <remarks>
/// Nothing is allocated per varbind: columns write into the response themselves, from rows that hold octets as octets. The source gives the same
/// snapshot as long as it is fresh; should it change in the middle of a walk, the walk goes on behind the same index.
/// </remarks>
/// <param name="root">The subtree it answers for.</param>
/// <param name="entry">What column numbers follow.</param>
/// <param name="source">The rows as they are now.</param>
public sealed class ReadOnlyTable<TRow>(ObjectIdentifier root, ObjectIdentifier entry, Func<RowSnapshot<TRow>> source) : IMibProvider
{
    private readonly SortedList<uint, Column> _columns = [];

    /// <summary>The snapshot that the request of that number is answered from: its rows do not change half-way through.</summary>
    private RowSnapshot<TRow>? _rows;
    private long _rowsOf;

    private delegate void Writer(TRow row, scoped ReadOnlySpan<uint> name, ref VarBindWriter response);

    private sealed record Column(Writer Write, Func<TRow, bool>? Exists, bool IsCounter64);

    public ObjectIdentifier Root { get; } = root;

    /// <summary>INTEGER, enumerations and TruthValue among them.</summary>
    /// <param name="exists">Whether the row has the column; without one every row has.</param>
    public ReadOnlyTable<TRow> Integer(uint column, string name, Func<TRow, long> get, Func<TRow, bool>? exists = null) =>
        Add(column, name, (row, scoped instance, ref response) => response.Integer(instance, get(row)), exists);

    /// <inheritdoc cref="Integer"/>
    public ReadOnlyTable<TRow> Octets(uint column, string name, Func<TRow, ReadOnlyMemory<byte>> get, Func<TRow, bool>? exists = null) =>
        Add(column, name, (row, scoped instance, ref response) => response.OctetString(instance, get(row).Span), exists);

    /// <summary>IpAddress or Opaque, by their content octets.</summary>
    public ReadOnlyTable<TRow> Octets(uint column, string name, BerTag tag, Func<TRow, ReadOnlyMemory<byte>> get) =>
        Add(column, name, (row, scoped instance, ref response) => response.OctetString(instance, get(row).Span, tag));

    public ReadOnlyTable<TRow> Oid(uint column, string name, Func<TRow, ObjectIdentifier> get) =>
        Add(column, name, (row, scoped instance, ref response) => response.Oid(instance, get(row).Span));

    public ReadOnlyTable<TRow> Counter32(uint column, string name, Func<TRow, uint> get, Func<TRow, bool>? exists = null) =>
        Add(column, name, (row, scoped instance, ref response) => response.Counter32(instance, get(row)), exists);

    /// <summary>Gauge32 or Unsigned32; what does not fit stays at the greatest value (RFC 2578 §7.1.7).</summary>
    public ReadOnlyTable<TRow> Gauge32(uint column, string name, Func<TRow, ulong> get) =>
        Add(column, name, (row, scoped instance, ref response) => response.Unsigned32(instance, (uint)Math.Min(get(row), uint.MaxValue)));

    /// <param name="get">Hundredths of a second.</param>
    public ReadOnlyTable<TRow> TimeTicks(uint column, string name, Func<TRow, uint> get) =>
        Add(column, name, (row, scoped instance, ref response) => response.TimeTicks(instance, get(row)));

    public ReadOnlyTable<TRow> Counter64(uint column, string name, Func<TRow, ulong> get) =>
        Add(column, name, (row, scoped instance, ref response) => response.Counter64(instance, get(row)), isCounter64: true);

    public GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response)
    {
        if (!entry.IsPrefixOf(name) || name.Length == entry.Length || !_columns.TryGetValue(name[entry.Length], out var column))
            return GetOutcome.NoSuchObject;
        var rows = RowsFor(request);
        var at = rows.Find(name[(entry.Length + 1)..]);
        if (at < 0 || column.Exists?.Invoke(rows[at]) == false)
            return GetOutcome.NoSuchInstance;
        column.Write(rows[at], name, ref response);
        return GetOutcome.Found;
    }

    [SkipLocalsInit]
    public bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response)
    {
        var first = 0u;
        scoped ReadOnlySpan<uint> afterIndex = [];
        if (entry.IsPrefixOf(after))
        {
            if (after.Length > entry.Length)
            {
                first = after[entry.Length];
                afterIndex = after[(entry.Length + 1)..];
            }
        }
        else if (after.CompareNames(entry.Span) > 0)
        {
            return false;
        }

        var rows = RowsFor(request);
        // A walk is in a column that there is: those before it are not looked at.
        for (var i = Math.Max(_columns.IndexOfKey(first), 0); i < _columns.Count; i++)
        {
            var (number, column) = (_columns.GetKeyAtIndex(i), _columns.GetValueAtIndex(i));
            // SNMPv1 has no Counter64: these columns are passed over whole, not row by row (RFC 3584 §4.2.2.1).
            if (number < first || (column.IsCounter64 && !request.HasCounter64))
                continue;
            for (var at = rows.After(number == first ? afterIndex : []); at < rows.Count; at++)
            {
                if (column.Exists?.Invoke(rows[at]) == false)
                    continue;
                OidBuffer.Begin(out var name);
                if (name.TrySet(entry.Span) && name.TryAppend(number) && name.TryAppend(rows.IndexAt(at)))
                    column.Write(rows[at], name.Span, ref response);
                return true;
            }
        }
        return false;
    }

    private RowSnapshot<TRow> RowsFor(in MibRequest request)
    {
        if (_rows is null || request.Serial != _rowsOf || request.Serial == 0)
            (_rows, _rowsOf) = (source(), request.Serial);
        return _rows;
    }

    /// <param name="name">The object's descriptor: for those who read the declaration.</param>
    private ReadOnlyTable<TRow> Add(uint column, string name, Writer write, Func<TRow, bool>? exists = null, bool isCounter64 = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _columns.Add(column, new(write, exists, isCounter64));
        return this;
    }
}

/// <summary>Makes tables and scalars that are only read.</summary>
public static class ReadOnlyTable
{
    /// <summary>A table, by the object identifier of its entry.</summary>
    public static ReadOnlyTable<TRow> Of<TRow>(ReadOnlySpan<uint> entry, Func<RowSnapshot<TRow>> source) => new(new(entry[..^1]), new(entry), source);

    /// <summary>A group that holds scalars only: a table of one row, whose index is 0.</summary>
    public static ReadOnlyTable<TState> Scalars<TState>(ReadOnlySpan<uint> group, Func<TState> state)
        where TState : class => new(new(group), new(group), new Single<TState>(state).Snapshot);

    /// <summary>One scalar, where other objects lie beside it; declare its column under the last number of <paramref name="scalar"/>.</summary>
    public static ReadOnlyTable<TState> Scalar<TState>(ReadOnlySpan<uint> scalar, Func<TState> state)
        where TState : class => new(new(scalar), new(scalar[..^1]), new Single<TState>(state).Snapshot);

    /// <summary>The same snapshot as long as the state is the same.</summary>
    private sealed class Single<TState>(Func<TState> state)
        where TState : class
    {
        private volatile RowSnapshot<TState>? _latest;

        public RowSnapshot<TState> Snapshot()
        {
            var (now, latest) = (state(), _latest);
            return latest is not null && ReferenceEquals(latest[0], now) ? latest : _latest = new RowSnapshot<TState>(now);
        }
    }
}
