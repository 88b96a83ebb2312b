namespace Rtfm.Agent.Delay;

/// <summary>A limit of delay or loss: one of section <c>Rtfm:Agent:Delay:Limits</c>. Any member may be the master, so all have the same.</summary>
public sealed record DelayLimitOptions
{
    /// <summary>Name of the domain's rule set; without it every one that takes samples.</summary>
    public string RuleSet { get; init; } = "";

    /// <summary>Mean delay, as <c>50ms</c>.</summary>
    public string? Delay { get; init; }

    /// <summary>Percent of packets that are lost.</summary>
    public double? Loss { get; init; }

    /// <summary>How long before it is told, and how long all must be well until that is told.</summary>
    public string For { get; init; } = "30s";
}
