namespace Rtfm.Agent.Statistics;

/// <summary>What a statistic of a flow is made from (RFC 2724 §2.5, §4).</summary>
internal enum StatisticKind : byte
{
    /// <summary>Octets of each packet.</summary>
    PacketSize,

    /// <summary>Microseconds since the previous packet in the same direction.</summary>
    InterarrivalTime,

    /// <summary>Microseconds since the previous packet, where that went the other way.</summary>
    TurnaroundTime,

    /// <summary>Bits per second, once in each interval.</summary>
    BitRate,

    /// <summary>Packets per second, once in each interval.</summary>
    PduRate,

    /// <summary>Octets that TCP carried, each once, from the differences of sequence numbers. A counter.</summary>
    TcpOctets,

    /// <summary>Intervals in which there was a packet. A counter.</summary>
    ActiveIntervals,

    /// <summary>Bits per second at which the second of two packets close together came.</summary>
    PacketPairRate,

    /// <summary>TCP and UDP streams that were active, once in each interval.</summary>
    Streams,
}
