using Rtfm.Model;

namespace Rtfm.Control;

/// <summary>A rule set to be brought into a meter, and what is to be done with it there.</summary>
public sealed record InstallationRequest(RuleSet RuleSet, string Owner)
{
    /// <summary>Loaded as well, to run while the flow table is too full.</summary>
    public RuleSet? Standby { get; init; }

    /// <summary>The number of the rule set; null: the first free one.</summary>
    public uint? Index { get; init; }

    /// <summary>Make a task that runs it.</summary>
    public bool IsRun { get; init; }

    /// <summary>How full the flow table may be before the standby set runs, in percent; 0: never; null: as the task has it.</summary>
    public int? HighWaterMark { get; init; }

    /// <summary>Take the place of a set of the same name and owner, instead of refusing because of it.</summary>
    public bool IsReplacing { get; init; }
}
