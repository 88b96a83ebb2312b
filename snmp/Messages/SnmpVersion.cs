namespace Rtfm.Snmp.Messages;

/// <summary>The version field of a message (RFC 3584 §1, RFC 3412 §6).</summary>
public enum SnmpVersion
{
    V1 = 0,
    V2c = 1,
    V3 = 3,
}
