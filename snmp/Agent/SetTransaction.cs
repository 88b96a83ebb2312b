using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Snmp.Agent;

/// <summary>One SET request on its way through test, commit and undo. Providers see all its varbinds, since they act as if simultaneous (RFC 3416 §4.2.5).</summary>
public sealed class SetTransaction(IReadOnlyList<VarBind> varBinds, MibRequest request)
{
    private readonly Dictionary<object, object> _staged = [];

    public IReadOnlyList<VarBind> VarBinds { get; } = varBinds;

    public MibRequest Request { get; } = request;

    /// <summary>What a provider keeps between the phases of this transaction, made at first use.</summary>
    public T Staged<T>(object key, Func<T> make)
        where T : class
    {
        if (_staged.TryGetValue(key, out var found))
            return (T)found;
        var made = make();
        _staged.Add(key, made);
        return made;
    }
}
