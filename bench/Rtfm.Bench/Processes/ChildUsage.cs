namespace Rtfm.Bench.Processes;

/// <summary>What a program and all that it started took until the last of them ended.</summary>
internal sealed record ChildUsage
{
    /// <summary>0; from 1 what the program said; 128 and more: the signal that ended it.</summary>
    public required int ExitCode { get; init; }

    /// <summary>User and system time, all processes.</summary>
    public required double CpuSeconds { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Max RSS of the largest process, files that it maps included.</summary>
    public required long MaxResidentOctets { get; init; }

    /// <summary>Peak of the largest process without the files that it maps, as seen every few milliseconds.</summary>
    public required long OwnMemoryOctets { get; init; }
}
