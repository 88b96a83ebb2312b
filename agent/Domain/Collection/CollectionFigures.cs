namespace Rtfm.Agent.Domain.Collection;

/// <summary>What came of the collections so far: counters of rtfmDomainCollection.</summary>
internal sealed record CollectionFigures
{
    /// <summary>Collections that have ended.</summary>
    public uint Rounds { get; init; }

    /// <summary>What the last one took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Members whose flows are in it.</summary>
    public int Members { get; init; }

    /// <summary>Members that could not be read.</summary>
    public int Missing { get; init; }

    /// <summary>Pushes that the reader confirmed.</summary>
    public uint Pushed { get; init; }

    public uint PushFailures { get; init; }
}
