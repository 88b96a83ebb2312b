using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;

namespace Rtfm.Agent.Domain;

/// <summary>Names of instances in RTFM-DOMAIN-MIB.</summary>
internal static class DomainNames
{
    // rtfmDomainNotifications.
    public const uint Join = 1;
    public const uint Leave = 2;
    public const uint Elected = 3;
    public const uint MemberJoined = 4;
    public const uint MemberLeft = 5;
    public const uint MemberSilent = 6;
    public const uint MemberBack = 7;
    public const uint RuleSetActivated = 8;
    public const uint RuleSetGivenUp = 9;
    public const uint NotDelivered = 10;

    public static ObjectIdentifier Scalar(ReadOnlySpan<uint> group, uint number) => new([.. group, number, 0]);

    public static ObjectIdentifier Notification(uint number) => new([.. DomainMib.Notifications, number]);

    public static VarBind Self(uint number, SnmpValue value) => new(Scalar(DomainMib.Self, number), value);

    public static VarBind Protocol(uint number, SnmpValue value) => new(Scalar(DomainMib.Protocol, number), value);

    public static VarBind Member(uint column, EngineId member, SnmpValue value) =>
        new(new([.. DomainMib.MemberEntry, column, .. IndexOf(member)]), value);

    public static VarBind RuleSet(uint column, int ruleSet, SnmpValue value) => new(new([.. DomainMib.RuleSetEntry, column, (uint)ruleSet]), value);

    public static VarBind Delivery(uint column, int ruleSet, EngineId member, SnmpValue value) =>
        new(new([.. DomainMib.DeliveryEntry, column, (uint)ruleSet, .. IndexOf(member)]), value);

    /// <summary>An engine ID as an index: its length, then its octets (RFC 2578 §7.7).</summary>
    public static uint[] IndexOf(EngineId id)
    {
        var index = new uint[id.Octets.Length + 1];
        index[0] = (uint)id.Octets.Length;
        for (var i = 1; i < index.Length; i++)
            index[i] = id.Octets[i - 1];
        return index;
    }

    /// <returns>False where it is no index of an engine ID.</returns>
    public static bool TryMember(ReadOnlySpan<uint> index, out EngineId id)
    {
        id = default;
        if (index.Length is < EngineId.Shortest + 1 or > EngineId.Longest + 1 || index[0] != index.Length - 1)
            return false;
        Span<byte> octets = stackalloc byte[index.Length - 1];
        for (var i = 0; i < octets.Length; i++)
        {
            if (index[i + 1] > byte.MaxValue)
                return false;
            octets[i] = (byte)index[i + 1];
        }
        id = new(octets);
        return true;
    }

    public static SnmpValue Value(EngineId id) => SnmpValue.OctetString(id.Octets);
}
