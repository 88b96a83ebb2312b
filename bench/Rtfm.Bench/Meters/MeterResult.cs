using Rtfm.Bench.Processes;

namespace Rtfm.Bench.Meters;

/// <summary>What a meter took for a trace: the median of each, over its runs.</summary>
internal sealed record MeterResult
{
    public required string Meter { get; init; }

    public required string? Version { get; init; }

    public required double CpuSeconds { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Packets of the trace, not only those counted.</summary>
    public required double PacketsPerCpuSecond { get; init; }

    public required double PacketsPerSecond { get; init; }

    /// <summary>CPU time, ours being 1; null where ours was not measured.</summary>
    public double? CpuToOurs { get; init; }

    /// <inheritdoc cref="ChildUsage.MaxResidentOctets"/>
    public required long MaxResidentOctets { get; init; }

    /// <inheritdoc cref="ChildUsage.OwnMemoryOctets"/>
    public required long OwnMemoryOctets { get; init; }

    /// <summary>In the last run; less than the trace has: it does not meter all of it.</summary>
    public required long? PacketsCounted { get; init; }

    public required long? Flows { get; init; }

    /// <summary>Each run.</summary>
    public required IReadOnlyList<double> CpuSecondsOfRuns { get; init; }

    public static MeterResult Of(string meter, string? version, long packets, IReadOnlyList<ChildUsage> runs, FlowCount count)
    {
        var cpu = Median(runs, run => run.CpuSeconds);
        var elapsed = Median(runs, run => run.Seconds);
        return new()
        {
            Meter = meter,
            Version = version,
            CpuSeconds = cpu,
            Seconds = elapsed,
            PacketsPerCpuSecond = packets / cpu,
            PacketsPerSecond = packets / elapsed,
            MaxResidentOctets = (long)Median(runs, run => run.MaxResidentOctets),
            OwnMemoryOctets = (long)Median(runs, run => run.OwnMemoryOctets),
            PacketsCounted = count.Packets,
            Flows = count.Flows,
            CpuSecondsOfRuns = [.. runs.Select(run => run.CpuSeconds)],
        };
    }

    private static double Median(IReadOnlyList<ChildUsage> runs, Func<ChildUsage, double> of)
    {
        var values = runs.Select(of).Order().ToArray();
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
