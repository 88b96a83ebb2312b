using Rtfm.Agent.Delay.Hashing;

namespace Rtfm.Agent.Delay;

/// <summary>rtfmDelayControl: how samples are taken, as a manager sets it. What two meters compare, all but the ring's length, is the same at both.</summary>
public sealed record DelayControl
{
    public int IntervalMs { get; init; } = SampleSettings.DefaultIntervalMs;

    /// <summary>How long a packet may take before it is lost. The meter hands it on to who compares.</summary>
    public int WindowMs { get; init; } = DefaultWindowMs;

    public HashFunction HashFunction { get; init; } = HashFunction.Bob;

    public uint Seed { get; init; }

    public int PayloadOctets { get; init; } = KeySettings.DefaultPayloadOctets;

    /// <summary>Of rule sets that begin to run from now on.</summary>
    public int RingLength { get; init; } = SampleSettings.DefaultRingLength;

    public const int DefaultWindowMs = 5_000;

    public const int ShortestIntervalMs = 10;

    public const int LongestWindowMs = 600_000;

    public const int ShortestRing = 4;

    internal KeySettings Keys => new(HashFunction, Seed, PayloadOctets);

    internal SampleSettings Samples(long clockOffsetNs) => new(IntervalMs * 1_000_000L, RingLength, clockOffsetNs);
}
