namespace Rtfm.Snmp.Messages;

/// <summary>The PDUs of SNMPv1 and v2, by their identifier octet (RFC 1157 §4.1, RFC 3416 §3).</summary>
public enum PduType : byte
{
    GetRequest = 0xA0,
    GetNextRequest = 0xA1,
    Response = 0xA2,
    SetRequest = 0xA3,
    TrapV1 = 0xA4,
    GetBulkRequest = 0xA5,
    InformRequest = 0xA6,
    TrapV2 = 0xA7,
    Report = 0xA8,
}
