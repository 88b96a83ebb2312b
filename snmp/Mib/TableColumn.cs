using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Mib;

/// <summary>One accessible column of a table.</summary>
internal abstract class TableColumn<TRow>(uint number, string name, Func<TRow, bool>? known, ErrorStatus whileActive)
{
    public uint Number { get; } = number;

    public string Name { get; } = name;

    public ErrorStatus WhileActive { get; } = whileActive;

    public abstract bool IsWritable { get; }

    public bool IsKnown(TRow row) => known is null || known(row);

    public abstract SnmpValue Get(TRow row);

    public abstract ErrorStatus Test(in SnmpValue value);

    public abstract TRow Set(TRow row, in SnmpValue value, uint now);
}

/// <summary>A column whose values are <typeparamref name="T"/>.</summary>
internal sealed class TableColumn<TRow, T>(
    uint number,
    string name,
    Smi<T> syntax,
    Func<TRow, T> get,
    Func<TRow, T, uint, TRow>? set,
    Func<TRow, bool>? known,
    ErrorStatus whileActive
) : TableColumn<TRow>(number, name, known, whileActive)
{
    public override bool IsWritable => set is not null;

    public override SnmpValue Get(TRow row) => syntax.Encode(get(row));

    public override ErrorStatus Test(in SnmpValue value) => syntax.Test(value);

    public override TRow Set(TRow row, in SnmpValue value, uint now) => set!(row, syntax.Decode(value), now);
}
