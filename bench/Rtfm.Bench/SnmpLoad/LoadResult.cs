namespace Rtfm.Bench.SnmpLoad;

/// <summary>One test of one agent.</summary>
internal sealed record LoadResult
{
    public required string Test { get; init; }

    /// <summary>raw: the loop without our library; client: SnmpClient.</summary>
    public required string Asker { get; init; }

    public required string Server { get; init; }

    public required long Answers { get; init; }

    public required long VarBinds { get; init; }

    public required long Bad { get; init; }

    public required long Lost { get; init; }

    public required double Seconds { get; init; }

    /// <summary>User and system time of the agent, to a hundredth.</summary>
    public required double CpuSeconds { get; init; }

    public required double MedianMicroseconds { get; init; }

    /// <summary>99 of 100 answers took no longer.</summary>
    public required double SlowestPercentMicroseconds { get; init; }

    public double RequestsPerCpuSecond => CpuSeconds > 0 ? Answers / CpuSeconds : 0;

    public double VarBindsPerCpuSecond => CpuSeconds > 0 ? VarBinds / CpuSeconds : 0;
}
