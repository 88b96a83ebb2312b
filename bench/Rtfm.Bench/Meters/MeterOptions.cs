using Rtfm.Bench.Traces;

namespace Rtfm.Bench.Meters;

/// <summary>What <c>bench meter</c> is to measure.</summary>
internal sealed record MeterOptions
{
    public required IReadOnlyList<TraceParameters> Traces { get; init; }

    public required int Runs { get; init; }

    /// <summary>Names of meters; empty: all.</summary>
    public required IReadOnlyList<string> Only { get; init; }

    public required string Agent { get; init; }

    public required string Rules { get; init; }
}
