using Rtfm.Model;

namespace Rtfm.Agent.Matching;

/// <summary>One item of the pattern queue. Values of packets are fetched when the key is built: the packet does not change meanwhile.</summary>
internal readonly record struct Pushed
{
    public FlowAttribute Attribute { get; init; }

    public bool IsRuleValue { get; init; }

    /// <summary>The value of a class or kind at the time of the push.</summary>
    public byte Computed { get; init; }

    /// <summary>The rule, counted from 0, whose mask (and value) apply.</summary>
    public int Rule { get; init; }
}
