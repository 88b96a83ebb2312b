namespace Rtfm.Control.Delay;

/// <summary>What samples are paired with: how long a packet may take, and how much may wait.</summary>
public sealed record CorrelationLimits
{
    /// <summary>A packet that takes longer is lost (RFC 7680 §2.5), in nanoseconds.</summary>
    public long WindowNs { get; init; } = 5_000_000_000;

    /// <summary>What waits for a member that is not read is decided so much later at the latest, in nanoseconds.</summary>
    public long PatienceNs { get; init; } = 120_000_000_000;

    /// <summary>Samples of one direction of a flow that wait; more are not taken, and what they would have decided is unknown.</summary>
    public int MostOfDirection { get; init; } = 8_192;

    /// <summary>Samples of all flows that wait: 24 octets each.</summary>
    public int MostWaiting { get; init; } = 8_388_608;
}
