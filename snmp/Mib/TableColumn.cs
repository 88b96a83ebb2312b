using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Mib;

/// <summary>A row as a SET leaves it, or why it cannot.</summary>
public readonly record struct Assigned<TRow>(ErrorStatus Status, TRow Row)
    where TRow : class
{
    public static implicit operator Assigned<TRow>(ErrorStatus refused) => new(refused, null!);

    public static implicit operator Assigned<TRow>(TRow row) => new(ErrorStatus.NoError, row);
}

/// <summary>What the setter of a column may look at beside row and value.</summary>
/// <param name="State">Everything, as far as the SET has come.</param>
/// <param name="Now">The Uptime in hundredths of a second.</param>
/// <param name="Request">Who asks.</param>
public readonly record struct Assignment<TState>(TState State, uint Now, MibRequest Request);

/// <summary>Makes a row of an index that is possible, its columns at their defaults.</summary>
public delegate TRow CreateRow<TRow>(ReadOnlySpan<uint> index)
    where TRow : class;

/// <summary>One accessible column of a table.</summary>
internal abstract class TableColumn<TState, TRow>(uint number, string name, Func<TRow, bool>? known, ErrorStatus whileActive)
    where TRow : class
{
    public uint Number { get; } = number;

    public string Name { get; } = name;

    public ErrorStatus WhileActive { get; } = whileActive;

    public abstract bool IsWritable { get; }

    public bool IsKnown(TRow row) => known is null || known(row);

    /// <summary>Writes the varbind of a row.</summary>
    public abstract void Write(scoped ReadOnlySpan<uint> name, TRow row, ref VarBindWriter response);

    public abstract ErrorStatus Test(in SnmpValue value);

    public abstract Assigned<TRow> Set(TRow row, in SnmpValue value, Assignment<TState> assignment);
}

/// <summary>A column whose values are <typeparamref name="T"/>.</summary>
internal sealed class TableColumn<TState, TRow, T>(
    uint number,
    string name,
    Smi<T> syntax,
    Func<TRow, T> get,
    Func<TRow, T, Assignment<TState>, Assigned<TRow>>? set,
    Func<TRow, bool>? known,
    ErrorStatus whileActive
) : TableColumn<TState, TRow>(number, name, known, whileActive)
    where TRow : class
{
    public override bool IsWritable => set is not null;

    public override void Write(scoped ReadOnlySpan<uint> name, TRow row, ref VarBindWriter response) => syntax.Write(name, get(row), ref response);

    public override ErrorStatus Test(in SnmpValue value) => syntax.Test(value);

    public override Assigned<TRow> Set(TRow row, in SnmpValue value, Assignment<TState> assignment) => set!(row, syntax.Decode(value), assignment);
}
