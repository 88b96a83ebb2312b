using System.Collections.Immutable;

namespace Rtfm.Model;

/// <summary>A rule set as it is written, downloaded and run: its rules in order, rule 1 first.</summary>
public sealed record RuleSet(string Name, ImmutableArray<Rule> Rules)
{
    /// <summary>The number of the rule set every meter starts with (RFC 2722 §4.4).</summary>
    public const int BuiltInNumber = 1;

    /// <summary>The most rules a set can have: a parameter, 1..65535, must be able to name each (RFC 2720 flowRuleParameter).</summary>
    public const int MaxRules = 65_535;

    /// <summary>Rule set 1: one flow for each pair of peer types (RFC 2722 §6.4; AMB-41).</summary>
    public static RuleSet BuiltIn { get; } =
        new(
            "built-in: peer types",
            [
                new Rule(FlowAttribute.Null, new RuleAddress([0, 0]), new RuleAddress([0, 0]), Opcode.GotoAct, 2),
                new Rule(FlowAttribute.SourcePeerType, new RuleAddress([0xFF, 0]), new RuleAddress([0, 0]), Opcode.PushPktToAct, 3),
                new Rule(FlowAttribute.DestPeerType, new RuleAddress([0xFF, 0]), new RuleAddress([0, 0]), Opcode.CountPkt, 1),
            ]
        );
}
