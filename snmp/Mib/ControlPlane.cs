using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Mib;

/// <summary>The tables and scalars over one state. Objects declared first are assigned first.</summary>
public sealed class ControlPlane<TState>(IControlState<TState> state)
    where TState : class
{
    private readonly List<ControlObject<TState>> _objects = [];

    internal IControlState<TState> State { get; } = state;

    public IReadOnlyList<ControlObject<TState>> Objects => _objects;

    public MibTable<TState, TRow> Table<TRow>(ReadOnlySpan<uint> entry, TableRows<TState, TRow> rows)
        where TRow : class
    {
        var table = new MibTable<TState, TRow>(this, new(entry), rows);
        _objects.Add(table);
        return table;
    }

    /// <summary>A scalar that can be read.</summary>
    /// <param name="instance">Its object identifier with the final 0.</param>
    public void ReadOnly<T>(ReadOnlySpan<uint> instance, Smi<T> syntax, Func<TState, T> get) => ReadWrite(instance, syntax, get, null);

    /// <summary>A scalar that can be read and set.</summary>
    /// <param name="instance">Its object identifier with the final 0.</param>
    /// <param name="check">Refuses a value that the state does not allow.</param>
    public void ReadWrite<T>(
        ReadOnlySpan<uint> instance,
        Smi<T> syntax,
        Func<TState, T> get,
        Func<TState, T, TState>? set,
        Func<TState, T, ErrorStatus>? check = null
    ) => _objects.Add(new MibScalar<TState, T>(this, new(instance[..^1]), syntax, get, set, check));

    internal SetPlan<TState> PlanOf(SetTransaction transaction) => transaction.Staged(this, () => new SetPlan<TState>(this, transaction));

    internal ControlObject<TState>? Find(ReadOnlySpan<uint> name)
    {
        foreach (var each in _objects)
        {
            if (each.Root.IsPrefixOf(name))
                return each;
        }
        return null;
    }
}
