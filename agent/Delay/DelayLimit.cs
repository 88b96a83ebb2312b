namespace Rtfm.Agent.Delay;

/// <summary>A limit that people want to hear of when a flow passes it, as the domain's master sees its delay and loss. Either part may be missing.</summary>
/// <param name="RuleSet">Name of the domain's rule set; empty: every one that takes samples.</param>
/// <param name="DelayNs">The mean of a round is above it.</param>
/// <param name="LossRatio">This part of the samples that had to arrive did not, 0 to 1.</param>
/// <param name="For">So long without a break, and so long below it until that is told, too.</param>
internal sealed record DelayLimit(string RuleSet, long? DelayNs, double? LossRatio, TimeSpan For);
