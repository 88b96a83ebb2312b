using System.Linq;
using System.Net;
using System.Net.Sockets;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Notifications;

/// <summary>Writes the PDUs of notifications (RFC 3416 §4.2.6, §4.2.7; for SNMPv1, RFC 1157 §4.1.6 and RFC 3584 §3.2).</summary>
internal static class NotificationPdu
{
    private const int EnterpriseSpecific = 6;

    /// <summary>snmpTraps, under which the standard traps are.</summary>
    private static readonly ObjectIdentifier SnmpTraps = new(1, 3, 6, 1, 6, 3, 1, 1, 5);
    private static readonly ObjectIdentifier SnmpTrapEnterprise = new(1, 3, 6, 1, 6, 3, 1, 1, 4, 3, 0);

    /// <summary>SNMPv1 has no Counter64 (RFC 3584 §3.2 (6)).</summary>
    public static bool IsForV1(Notification notification) => notification.Objects.All(each => each.Value.Tag != BerTag.Counter64);

    /// <param name="type"><see cref="PduType.TrapV2"/> or <see cref="PduType.InformRequest"/>.</param>
    public static void Write(Notification notification, PduType type, int requestId, ref BerWriter writer)
    {
        var pdu = writer.Begin((byte)type, lengthOctets: 3);
        writer.Integer(requestId);
        writer.Integer(0);
        writer.Integer(0);
        var list = writer.Begin((byte)BerTag.Sequence, lengthOctets: 3);
        Write(new(Notification.SysUpTime, SnmpValue.TimeTicks(notification.UpTime)), ref writer);
        Write(new(Notification.SnmpTrapOid, SnmpValue.Oid(notification.Id)), ref writer);
        foreach (var varBind in notification.Objects)
            Write(varBind, ref writer);
        writer.End(list);
        writer.End(pdu);
    }

    /// <param name="agent">Where we are, as the target sees it.</param>
    public static void WriteV1(Notification notification, IPAddress agent, ref BerWriter writer)
    {
        var (enterprise, generic, specific) = ToV1(notification);
        var pdu = writer.Begin((byte)PduType.TrapV1, lengthOctets: 3);
        writer.Oid(enterprise);
        // An IPv6 address has no place here.
        writer.OctetString(agent.AddressFamily == AddressFamily.InterNetwork ? agent.GetAddressBytes() : new byte[4], (byte)BerTag.IpAddress);
        writer.Integer(generic);
        writer.Integer(specific);
        writer.Unsigned(notification.UpTime, BerTag.TimeTicks);
        var list = writer.Begin((byte)BerTag.Sequence, lengthOctets: 3);
        foreach (var varBind in notification.Objects)
            Write(varBind, ref writer);
        writer.End(list);
        writer.End(pdu);
    }

    // RFC 3584 §3.2 (1), (3), (4).
    internal static (uint[] Enterprise, int Generic, int Specific) ToV1(Notification notification)
    {
        var id = notification.Id.Span;
        if (id.Length == SnmpTraps.Length + 1 && SnmpTraps.IsPrefixOf(id) && id[^1] is >= 1 and <= 6)
        {
            var named = notification.Objects.FirstOrDefault(each => each.Name == SnmpTrapEnterprise).Value.ObjectIdentifier;
            return ((named.Length > 0 ? named : SnmpTraps).Span.ToArray(), (int)id[^1] - 1, 0);
        }
        var above = id.Length > 1 && id[^2] == 0 ? id[..^2] : id[..^1];
        return (above.ToArray(), EnterpriseSpecific, (int)id[^1]);
    }

    private static void Write(VarBind varBind, ref BerWriter writer)
    {
        var mark = writer.Begin((byte)BerTag.Sequence);
        writer.Oid(varBind.Name.Span);
        varBind.Value.WriteTo(ref writer);
        writer.End(mark);
    }
}
