namespace Rtfm.Model;

/// <summary>How an attribute's value is encoded in a flow data package and shown to people.</summary>
public enum AttributeSyntax : byte
{
    /// <summary>No value of its own: Null and the meter variables.</summary>
    None,

    /// <summary>Integer32 or an enumeration (BER tag 02).</summary>
    Integer,

    /// <summary>AdjacentAddress (OCTET STRING), shown as hex with hyphens.</summary>
    AdjacentAddress,

    /// <summary>PeerAddress (OCTET STRING), shown in the text form of its peer type.</summary>
    PeerAddress,

    /// <summary>TransportAddress (OCTET STRING of 2), shown as a decimal number.</summary>
    TransportAddress,

    /// <summary>Subscriber and session identifiers (OCTET STRING), shown as hex.</summary>
    Octets,

    /// <summary>Counter64 (tag 46).</summary>
    Counter64,

    /// <summary>TimeStamp or TimeFilter: hundredths of a second of meter Uptime (tag 43).</summary>
    TimeTicks,

    /// <summary>Unsigned32 (tag 42).</summary>
    Unsigned32,

    /// <summary>A distribution: OCTET STRING with a SEQUENCE of mask, value and counters in it (NEW-10).</summary>
    Distribution,

    /// <summary>When a meter saw which packets of a flow: OCTET STRING, see <see cref="Delay.SamplePackage"/>; empty where it takes no samples.</summary>
    Samples,

    /// <summary>What members of a domain saw of a flow: OCTET STRING, see <see cref="FlowObservation"/>.</summary>
    Observations,

    /// <summary>A time in nanoseconds that may be below zero: Counter64 (tag 46), two's complement, since SNMP has no signed number of 64 bits (RFC 2578 §7.1).</summary>
    Nanoseconds,
}
