using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Notifications;

/// <summary>Something that happened, as managers are told of it (RFC 3416 §4.2.6): a NOTIFICATION-TYPE and the objects that go with it.</summary>
/// <param name="Id">The value of snmpTrapOID.0.</param>
/// <param name="Objects">What stands behind sysUpTime.0 and snmpTrapOID.0.</param>
public sealed record Notification(ObjectIdentifier Id, params IReadOnlyList<VarBind> Objects)
{
    internal static readonly ObjectIdentifier SysUpTime = new(1, 3, 6, 1, 2, 1, 1, 3, 0);
    internal static readonly ObjectIdentifier SnmpTrapOid = new(1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0);

    // SNMPv2-MIB (RFC 3418 §2) and IF-MIB (RFC 2863 §6): the standard traps.
    public static readonly ObjectIdentifier ColdStart = new(1, 3, 6, 1, 6, 3, 1, 1, 5, 1);
    public static readonly ObjectIdentifier WarmStart = new(1, 3, 6, 1, 6, 3, 1, 1, 5, 2);
    public static readonly ObjectIdentifier LinkDown = new(1, 3, 6, 1, 6, 3, 1, 1, 5, 3);
    public static readonly ObjectIdentifier LinkUp = new(1, 3, 6, 1, 6, 3, 1, 1, 5, 4);
    public static readonly ObjectIdentifier AuthenticationFailure = new(1, 3, 6, 1, 6, 3, 1, 1, 5, 5);

    /// <summary>sysUpTime when it happened, in hundredths of a second.</summary>
    public uint UpTime { get; init; }
}
