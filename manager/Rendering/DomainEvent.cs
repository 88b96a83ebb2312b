using System.Globalization;
using Rtfm.Control;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Notification = Rtfm.Snmp.Client.Notifications.Notification;

namespace Rtfm.Manager.Rendering;

/// <summary>A member's notification in words.</summary>
internal sealed record DomainEvent(string Time, string Member, string Event, string Text)
{
    /// <summary>The notifications of RTFM-DOMAIN-MIB by their numbers.</summary>
    private static readonly string[] Names =
    [
        "",
        "join",
        "leave",
        "elected",
        "memberJoined",
        "memberLeft",
        "memberSilent",
        "memberBack",
        "ruleSetActivated",
        "ruleSetGivenUp",
        "notDelivered",
        "flowsPushed",
    ];

    /// <summary>The notifications of SNMPv2-MIB and IF-MIB by their numbers (RFC 3418 §2, RFC 2863 §6).</summary>
    private static readonly string[] StandardNames = ["", "coldStart", "warmStart", "linkDown", "linkUp", "authenticationFailure"];

    private static ReadOnlySpan<uint> StandardNotifications => [1, 3, 6, 1, 6, 3, 1, 1, 5];

    private static readonly string[] Deliveries = ["", "waiting", "loading", "loaded", "active", "refused", "unreachable"];

    /// <param name="member">What people call the sender.</param>
    public static DomainEvent Of(Notification notification, string member)
    {
        var trap = notification.TrapOid.Span;
        var ours = NameIn(Names, DomainMib.Notifications, trap);
        var words =
            ours is not null ? notification.VarBinds.Where(each => !IsDomainName(each.Name)).Select(Words)
            : NameIn(StandardNames, StandardNotifications, trap) is not null
                ? notification.VarBinds.Where(each => IsInterface(each.Name)).Select(each => $"interface {each.Value}")
            : notification.VarBinds.Select(each => $"{each.Name}={Value(each)}");
        return new DomainEvent(
            TimeOf(notification.ReceivedAt),
            member,
            ours ?? NameIn(StandardNames, StandardNotifications, trap) ?? notification.TrapOid.ToString(),
            string.Join(" ", words)
        );
    }

    private static string? NameIn(string[] names, ReadOnlySpan<uint> under, ReadOnlySpan<uint> trap) =>
        trap.StartsWith(under) && trap.Length == under.Length + 1 && trap[^1] < names.Length ? names[trap[^1]] : null;

    public static string TimeOf(DateTimeOffset time) => time.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>ifIndex (RFC 2863 §6); the states beside it are in the notification's name.</summary>
    private static bool IsInterface(ObjectIdentifier name) => Is(name, [1, 3, 6, 1, 2, 1, 2, 2, 1], 1);

    private static bool IsDomainName(ObjectIdentifier name) => Is(name, DomainMib.Self, 1);

    private static string Words(VarBind varBind)
    {
        var name = varBind.Name;
        if (Is(name, DomainMib.Self, 3))
            return $"term {varBind.Value.Number}";
        if (Is(name, DomainMib.RuleSetEntry, 3) || Is(name, DomainMib.RuleSetEntry, 6))
            return $"version {varBind.Value.Number}";
        if (Is(name, DomainMib.DeliveryEntry, 2))
            return varBind.Value.Number < (ulong)Deliveries.Length ? Deliveries[varBind.Value.Number] : "unknown";
        return Is(name, DomainMib.Collection, 3) ? $"collection {varBind.Value.Number}" : Value(varBind);
    }

    private static bool Is(ObjectIdentifier name, ReadOnlySpan<uint> group, uint number) =>
        name.Span.StartsWith(group) && name.Length > group.Length && name.Span[group.Length] == number;

    private static string Value(VarBind varBind) => varBind.Value.Tag == BerTag.OctetString ? Meter.Text(varBind.Value) : varBind.Value.ToString();
}
