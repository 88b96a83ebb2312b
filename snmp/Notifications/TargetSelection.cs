using System.Linq;
using System.Net;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security;
using Rtfm.Snmp.Security.Access;

namespace Rtfm.Snmp.Notifications;

/// <summary>Who is told of what, for one state of the configuration (RFC 3413 §3.3, §6).</summary>
internal sealed class TargetSelection
{
    private readonly List<NotificationTarget> _targets = [];
    private readonly Dictionary<string, View> _filters = [];

    public TargetSelection(SnmpConfiguration configuration)
    {
        Tables = new SecurityTables(configuration);
        foreach (var entry in configuration.Notify.Where(entry => entry.Status == RowStatus.Active && entry.Tag.Length > 0))
        {
            foreach (var address in configuration.TargetAddresses.Where(each => each.Status == RowStatus.Active && each.HasTag(entry.Tag)))
                Add(entry, address, configuration);
        }
        foreach (var profile in configuration.FilterProfiles.Where(profile => profile.Status == RowStatus.Active))
        {
            var families = configuration.Filters.Where(filter => filter.Status == RowStatus.Active && filter.View == profile.Profile).ToList();
            if (families.Count > 0)
                _filters[profile.Params] = new View(families);
        }
    }

    public SecurityTables Tables { get; }

    /// <summary>Targets whose rows name an address or parameters that are not there, or a transport other than UDP.</summary>
    public List<string> Unreachable { get; } = [];

    /// <summary>Those who are to be told of it, and may be.</summary>
    public IEnumerable<NotificationTarget> For(Notification notification, NotificationCounters counters)
    {
        foreach (var target in _targets)
        {
            if (!PassesFilter(notification, target))
                Interlocked.Increment(ref counters.Filtered);
            else if (!MayKnow(notification, target))
                Interlocked.Increment(ref counters.Hidden);
            else
                yield return target;
        }
    }

    /// <summary>The community that means whom the target's parameters name (RFC 3584 §5.2.3); null: there is none.</summary>
    public byte[]? CommunityOf(NotificationTarget target, EngineId engine)
    {
        foreach (var entry in Tables.Configuration.Communities)
        {
            if (
                entry.Status == RowStatus.Active
                && entry.Name.Length > 0
                && entry.SecurityName == target.Params.SecurityName
                && entry.ContextName.Length == 0
                && (entry.ContextEngineId.Length == 0 || engine.Octets.SequenceEqual(entry.ContextEngineId))
                && (entry.TransportTag.Length == 0 || IsTagged(entry.TransportTag, target.EndPoint))
            )
                return entry.Name;
        }
        return null;
    }

    private void Add(NotifyEntry entry, TargetAddress address, SnmpConfiguration configuration)
    {
        var made = configuration.TargetParams.Find(
            new TargetParams { Name = address.Params }
                .Index
                .Span
        );
        if (made is { Status: RowStatus.Active } && UdpDomain.TryRead(address.Domain, address.Address, out var endPoint))
            _targets.Add(new(address, made, entry.IsInform, endPoint));
        else
            Unreachable.Add(address.Name);
    }

    // §6: the type must be included by an entry, the objects must not be excluded by one.
    private bool PassesFilter(Notification notification, NotificationTarget target)
    {
        if (!_filters.TryGetValue(target.Params.Name, out var filter))
            return true;
        return filter.Decides(notification.Id.Span) == true
            && filter.Decides(Notification.SysUpTime.Span) != false
            && filter.Decides(Notification.SnmpTrapOid.Span) != false
            && notification.Objects.All(each => filter.Decides(each.Name.Span) != false);
    }

    // §3.3 (2), (3): all that is told must be in the view, and the type, too.
    private bool MayKnow(Notification notification, NotificationTarget target)
    {
        var made = target.Params;
        var view = Tables.Access.Find(made.Model, made.SecurityName, made.Level, context: "", ViewType.Notify);
        return view is not null
            && view.Includes(Notification.SysUpTime.Span)
            && view.Includes(Notification.SnmpTrapOid.Span)
            && notification.Objects.All(each => view.Includes(each.Name.Span))
            && view.Includes(notification.Id.Span);
    }

    private bool IsTagged(string tag, IPEndPoint endPoint)
    {
        var address = endPoint.Serialize();
        foreach (var target in Tables.Configuration.TargetAddresses)
        {
            if (
                target.Status == RowStatus.Active
                && target.HasTag(tag)
                && new Requester(address.Buffer.Span[..address.Size]).Matches(target.Address, target.Mask)
            )
                return true;
        }
        return false;
    }
}
