namespace Rtfm.Snmp.Ber;

/// <summary>The identifier octets SNMP uses (RFC 3416 §3, RFC 2578 §7.1, X.690 §8.1).</summary>
public enum BerTag : byte
{
    Integer = 0x02,
    OctetString = 0x04,
    Null = 0x05,
    ObjectIdentifier = 0x06,
    Sequence = 0x30,
    IpAddress = 0x40,
    Counter32 = 0x41,
    Unsigned32 = 0x42,
    TimeTicks = 0x43,
    Opaque = 0x44,
    Counter64 = 0x46,
    NoSuchObject = 0x80,
    NoSuchInstance = 0x81,
    EndOfMibView = 0x82,
}
