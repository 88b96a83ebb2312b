namespace Rtfm.Agent.Delay;

/// <summary>How a flow's packets are sampled.</summary>
/// <param name="IntervalNs">In each of so many nanoseconds, counted from 1970, a flow is to give about one sample in each direction.</param>
/// <param name="RingLength">How many samples of a flow are kept.</param>
/// <param name="ClockOffsetNs">What is added to the capture's timestamps.</param>
internal sealed record SampleSettings(
    long IntervalNs = SampleSettings.DefaultIntervalMs * 1_000_000L,
    int RingLength = SampleSettings.DefaultRingLength,
    long ClockOffsetNs = 0
)
{
    public const int DefaultIntervalMs = 5_000;

    /// <summary>Times in a ring are within 19 hours of each other: with longer intervals, 256 samples would not be.</summary>
    public const int LongestIntervalMs = 60_000;

    public const int DefaultRingLength = 16;
}
