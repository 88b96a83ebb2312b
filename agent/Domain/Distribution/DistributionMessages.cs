using System.Collections.Immutable;

namespace Rtfm.Agent.Domain.Distribution;

/// <summary>A version of one of the domain's rule sets that a member has in its meter.</summary>
internal readonly record struct LoadedVersion(string RuleSet, uint Version, bool IsActive);

/// <summary>rtfmDomainDeliveryState.</summary>
internal enum DeliveryState
{
    Waiting = 1,
    Loading,
    Loaded,
    Active,
    Refused,
    Unreachable,
}

/// <summary>A row of rtfmDomainDeliveryTable.</summary>
/// <param name="Version">The version that is spoken of.</param>
/// <param name="Active">The version that the member runs; 0: none.</param>
internal readonly record struct DeliveryStatus(uint Version, DeliveryState State, string Reason, uint Active);

/// <summary>The members' meters, as the distribution of rule sets reaches them. No call waits; what came of it is told by <see cref="RuleSetDistribution.Ended"/>.</summary>
internal interface IDistributionPeers
{
    /// <summary>What this agent's own meter has.</summary>
    ImmutableArray<LoadedVersion> OwnRuleSets { get; }

    /// <summary>Loads a version, which this agent has, into a member's meter.</summary>
    void Load(DomainMember member, string ruleSet, uint version);

    /// <summary>Reads a version from a member's meter into this agent's; told as ended for this agent.</summary>
    void Obtain(DomainMember from, string ruleSet, uint version);
}

/// <summary>How long the distribution of rule sets is patient.</summary>
internal sealed record DistributionTimes
{
    /// <summary>A member that was not heard of for so long is not waited for.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>So long a wanted version may take to get everywhere.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A member that refuses again and again is tried as seldom as this.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>When a member that refused or did not answer is tried again.</summary>
    public TimeSpan RetryAfter(int failures)
    {
        var wait = TimeSpan.FromSeconds(1 << Math.Min(failures, 6));
        return wait < LongestRetry ? wait : LongestRetry;
    }
}
