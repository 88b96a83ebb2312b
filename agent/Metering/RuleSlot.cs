using Rtfm.Model;

namespace Rtfm.Agent.Metering;

/// <summary>One row of flowRuleTable.</summary>
/// <param name="Rule">The rule so far.</param>
/// <param name="IsActionSet">Whether a manager has written its action.</param>
public sealed record RuleSlot(Rule Rule, bool IsActionSet)
{
    public static RuleSlot Unset { get; } = new(Rule.Unset, IsActionSet: false);
}
