using Rtfm.Agent.Mib.Host;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Notifications;

namespace Rtfm.Agent.Notifications;

/// <summary>Tells when an interface of this machine goes down or comes up again (RFC 2863 §3.1.15, linkDown and linkUp).</summary>
internal sealed class LinkWatch : IDisposable
{
    private readonly Links _links;
    private readonly Action<Notification> _raise;

    public LinkWatch(Links links, Action<Notification> raise)
    {
        _links = links;
        _raise = raise;
        links.Changed += Tell;
    }

    public void Dispose() => _links.Changed -= Tell;

    /// <returns>linkDown for a way into down from anything but notPresent, linkUp for one out of it; null for others, which are not told of.</returns>
    public static Snmp.Ber.ObjectIdentifier? TypeOf(OperStatus before, OperStatus after) =>
        (before, after) switch
        {
            (OperStatus.Down, OperStatus.Down) or (OperStatus.NotPresent, _) or (_, OperStatus.NotPresent) => null,
            (_, OperStatus.Down) => Notification.LinkDown,
            (OperStatus.Down, _) => Notification.LinkUp,
            _ => null,
        };

    private void Tell(Link? before, Link? after)
    {
        // An interface that came or went has not changed.
        if (before is null || after is null || TypeOf(before.Status, after.Status) is not { } type)
            return;
        _raise(
            new Notification(
                type,
                Column(1, after.Index, after.Index),
                Column(7, after.Index, after.IsAdminUp ? 1 : 2),
                Column(8, after.Index, (int)after.Status)
            )
        );
    }

    private static VarBind Column(uint column, int index, int value) =>
        new(new(1, 3, 6, 1, 2, 1, 2, 2, 1, column, (uint)index), SnmpValue.Integer(value));
}
