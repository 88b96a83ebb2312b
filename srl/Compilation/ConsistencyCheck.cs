using Rtfm.Model;
using Rtfm.Srl.Binding;
using Rtfm.Srl.Language;
using Rtfm.Srl.Optimisation;

namespace Rtfm.Srl.Compilation;

/// <summary>Looks for flows that are counted in one direction and ignored in the other, which RFC 2722 §4.3 calls an inconsistent rule set.</summary>
/// <remarks>It follows the ways through a program as far as there are not too many of them; a program that it says nothing of may still be inconsistent.</remarks>
internal sealed class ConsistencyCheck
{
    private const int MaxNodes = 20_000;
    private const int MaxWays = 100;
    private const int MaxSteps = 20_000;

    private readonly List<Way> _counted = [];
    private readonly List<Way> _ignored = [];
    private int _steps;

    private sealed record Test(Test? Before, FlowAttribute Attribute, RuleAddress Mask, RuleAddress Value, bool IsMatched);

    private sealed record Way(Test? Tests, Place Place);

    public static void Run(BoundProgram program, Diagnoser diagnoser)
    {
        LoweredProgram lowered;
        try
        {
            lowered = Lowering.Lower(program, Inlining.All, keepsPlaces: true, MaxNodes);
        }
        catch (ProgramTooLargeException)
        {
            return;
        }
        var check = new ConsistencyCheck();
        check.FindWays(lowered.Main);
        foreach (var ignored in check._ignored)
        {
            if (check._counted.Find(counted => IsPossible(counted, ignored)) is not { } counted)
                continue;
            var line = counted.Place.Source.Locate(counted.Place.Offset).Line.Number;
            diagnoser.Warn(
                ignored.Place,
                $"ignores packets of flows that line {line} counts in the other direction (RFC 2722 §4.3: inconsistent); NOMATCH would try them the other way round"
            );
        }
    }

    private void FindWays(Node main)
    {
        var open = new Stack<(Node Node, Test? Tests, Facts Facts)>();
        // The first attempt: the packet as it was captured.
        open.Push((main, null, Facts.AtStart()));
        while (open.TryPop(out var way) && _steps++ < MaxSteps)
        {
            var (node, tests, facts) = way;
            switch (node.Kind)
            {
                case NodeKind.End when node.Place is { } place:
                    var found =
                        node.Action == Opcode.Count ? _counted
                        : node.Action == Opcode.Ignore ? _ignored
                        : null;
                    if (found is not null && found.Count < MaxWays)
                        found.Add(new(tests, place));
                    break;
                case NodeKind.Test:
                    var decided =
                        node.Attribute == FlowAttribute.MatchingStoD
                            ? (1 & node.Mask.Padded[0]) == node.Value.Padded[0]
                            : facts.Decide(node.Attribute, node.Mask, node.Value);
                    if (decided != true)
                        open.Push((node.Else!, After(tests, node, isMatched: false), facts.After(node, isMatched: false)));
                    if (decided != false)
                        open.Push((node.Next!, After(tests, node, isMatched: true), facts.After(node, isMatched: true)));
                    break;
                case NodeKind.Save:
                    open.Push((node.Next!, tests, facts.AfterSave(node.Attribute, node.IsRuleValue ? node.Value : null)));
                    break;
                case NodeKind.Undo:
                    open.Push((node.Next!, tests, facts.AfterAnyChange()));
                    break;
            }
        }
    }

    /// <summary>Variables and the direction are no matter of the packet.</summary>
    private static Test? After(Test? tests, Node node, bool isMatched) =>
        node.Attribute == FlowAttribute.MatchingStoD || FlowAttributes.Get(node.Attribute).Is(AttributeRoles.Computed)
            ? tests
            : new(tests, node.Attribute, node.Mask, node.Value, isMatched);

    /// <summary>What is known of each packet and its answer: no packet comes from a multicast or broadcast address.</summary>
    private static readonly Facts Unicast = new[] { FlowAttribute.SourcePeerAddress, FlowAttribute.DestPeerAddress }.Aggregate(
        Facts.None(),
        (facts, attribute) =>
            facts.With(attribute, new([0xF0, 0]), new([0xE0, 0]), isMatched: false).With(attribute, new([0xFF, 0]), new([0xFF, 0]), isMatched: false)
    );

    /// <summary>True where a packet may go the one way, and its answer the other.</summary>
    private static bool IsPossible(Way counted, Way ignored)
    {
        var tests = new List<Test>();
        for (var test = counted.Tests; test is not null; test = test.Before)
            tests.Add(test with { Attribute = OneOf(test.Attribute) });
        for (var test = ignored.Tests; test is not null; test = test.Before)
            tests.Add(test with { Attribute = OneOf(FlowAttributes.Get(test.Attribute).Reverse) });
        var facts = Unicast;
        foreach (var test in tests.OrderByDescending(test => test.IsMatched))
        {
            if (facts.Decide(test.Attribute, test.Mask, test.Value) is { } decided && decided != test.IsMatched)
                return false;
            if (test.IsMatched)
                facts = facts.With(test.Attribute, test.Mask, test.Value, isMatched: true);
        }
        return true;
    }

    /// <summary>The two ends of a packet have the same types.</summary>
    private static FlowAttribute OneOf(FlowAttribute attribute) =>
        attribute switch
        {
            FlowAttribute.DestAdjacentType => FlowAttribute.SourceAdjacentType,
            FlowAttribute.DestPeerType => FlowAttribute.SourcePeerType,
            FlowAttribute.DestTransType => FlowAttribute.SourceTransType,
            _ => attribute,
        };
}
