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

    private static readonly string[] Deliveries = ["", "waiting", "loading", "loaded", "active", "refused", "unreachable"];

    /// <param name="member">What people call the sender.</param>
    public static DomainEvent Of(Notification notification, string member)
    {
        var trap = notification.TrapOid.Span;
        var isOurs = trap.StartsWith(DomainMib.Notifications) && trap.Length == DomainMib.Notifications.Length + 1 && trap[^1] < Names.Length;
        var words = isOurs
            ? notification.VarBinds.Where(each => !IsDomainName(each.Name)).Select(Words)
            : notification.VarBinds.Select(each => $"{each.Name}={Value(each)}");
        return new DomainEvent(
            TimeOf(notification.ReceivedAt),
            member,
            isOurs ? Names[trap[^1]] : notification.TrapOid.ToString(),
            string.Join(" ", words)
        );
    }

    public static string TimeOf(DateTimeOffset time) => time.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

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
