namespace Rtfm.Agent.Domain.Election;

/// <summary>What the master knows of a member.</summary>
internal sealed class MemberRecord
{
    /// <summary>When it last acknowledged the master.</summary>
    public TimeSpan HeardAt { get; set; }

    /// <summary>True once it has acknowledged this master at all.</summary>
    public bool IsHeard { get; set; }

    /// <summary>The state that it said it has, in this term.</summary>
    public StateVersion? Version { get; set; }
}
