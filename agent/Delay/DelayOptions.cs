namespace Rtfm.Agent.Delay;

/// <summary>How packets are sampled for delay and loss: section <c>Rtfm:Agent:Delay</c> (decision 0013). What is set over SNMP is kept and counts more.</summary>
/// <remarks>Durations carry their unit: <c>30us</c>, <c>100ms</c>, <c>1s</c>.</remarks>
public sealed record DelayOptions
{
    /// <summary>A flow is to give about one sample in each direction in so long. Meters whose samples are compared have the same, and the next four.</summary>
    public string Interval { get; init; } = "5s";

    /// <summary>How long a packet may take before it is lost.</summary>
    public string Window { get; init; } = "5s";

    /// <summary>bob, ipsx or crc: selects packets.</summary>
    public string HashFunction { get; init; } = "bob";

    /// <summary>Who does not know it cannot easily send packets that are samples, or avoid it.</summary>
    public uint Seed { get; init; }

    /// <summary>Octets behind the IP header that count.</summary>
    public int PayloadOctets { get; init; } = KeySettings.DefaultPayloadOctets;

    /// <summary>Samples kept of a flow.</summary>
    public int RingLength { get; init; } = SampleSettings.DefaultRingLength;

    /// <summary>Added to all timestamps, for a clock that is known to be wrong: <c>-250us</c>.</summary>
    public string ClockOffset { get; init; } = "0s";

    /// <summary>How wrong the clock can be, as <c>20us</c>, where the kernel does not know it: a clock in step with others by other means. Without it the kernel says.</summary>
    public string? ClockError { get; init; }

    /// <summary>What people want to hear of, by notifications.</summary>
    public DelayLimitOptions[] Limits { get; init; } = [];
}
