using System.Collections.Immutable;
using Rtfm.Model;
using Rtfm.Srl.Binding;

namespace Rtfm.Srl.Compilation;

/// <summary>Puts the nodes of a graph in a row as rules (RFC 2722 §4.4).</summary>
/// <remarks>
/// A rule whose test fails gives way to the one behind it, so what follows a failed test stands there. A Test must be reached with the test indicator
/// on, a Save with it off; every other step is a rule of the null attribute, for which both will do (SRL-44).
/// </remarks>
internal sealed class Emitter
{
    private readonly List<Rule> _rules = [];
    private readonly Dictionary<Node, int> _placed = [];
    private readonly List<(int Rule, Node Target)> _targets = [];
    private readonly Stack<Node> _waiting = [];
    private readonly IReadOnlyDictionary<BoundRoutine, Node> _routines;

    private Emitter(IReadOnlyDictionary<BoundRoutine, Node> routines) => _routines = routines;

    /// <exception cref="ProgramTooLargeException">More rules than a rule set can have.</exception>
    public static ImmutableArray<Rule> Emit(LoweredProgram program)
    {
        var emitter = new Emitter(program.Routines);
        // The first rule of a set is tested (RFC 2722 §4.4).
        if (program.Main.Kind == NodeKind.Save)
            emitter.Add(Null(Opcode.GotoAct), program.Main);
        emitter._waiting.Push(program.Main);
        while (emitter._waiting.TryPop(out var node))
        {
            if (!emitter._placed.ContainsKey(node))
                emitter.PlaceRow(node);
        }
        foreach (var (rule, target) in emitter._targets)
            emitter._rules[rule] = emitter._rules[rule] with { Parameter = emitter._placed[target] };
        return [.. emitter._rules];
    }

    /// <summary>Places a node and what comes behind it, as far as that has no place yet.</summary>
    private void PlaceRow(Node node)
    {
        for (var next = node; next is not null; )
        {
            if (_rules.Count > RuleSet.MaxRules)
                throw new ProgramTooLargeException();
            _placed[next] = _rules.Count + 1;
            next = Place(next);
        }
    }

    /// <summary>Adds a node's rules.</summary>
    /// <returns>The node to place right behind it; null where the row ends.</returns>
    private Node? Place(Node node)
    {
        switch (node.Kind)
        {
            case NodeKind.Test:
                PlaceTest(node);
                return Behind(node.Else!);
            case NodeKind.Save:
                return PlaceSave(node);
            case NodeKind.Undo:
                Add(Null(IsTested(node.Next!) ? Opcode.PopTo : Opcode.PopToAct), node.Next!);
                return Unplaced(node.Next!);
            case NodeKind.Call:
                PlaceCall(node);
                return null;
            case NodeKind.Return:
                _rules.Add(Null(Opcode.Return) with { Parameter = node.Slot });
                return null;
            default:
                _rules.Add(Null(node.Action));
                return null;
        }
    }

    private void PlaceTest(Node node)
    {
        var rule = new Rule(node.Attribute, node.Mask, node.Value, Opcode.Goto, 1);
        var next = node.Next!;
        if (node.IsRuleValue && next.IsEnd(Opcode.Count))
        {
            _rules.Add(rule with { Action = Opcode.Count });
        }
        else if (!node.IsRuleValue && (next.IsEnd(Opcode.Ignore) || next.IsEnd(Opcode.NoMatch)))
        {
            _rules.Add(rule with { Action = next.Action });
        }
        else if (!node.IsRuleValue && next.Kind == NodeKind.Return)
        {
            _rules.Add(rule with { Action = Opcode.Return, Parameter = next.Slot });
        }
        else
        {
            var (tested, untested) = node.IsRuleValue ? (Opcode.PushRuleTo, Opcode.PushRuleToAct) : (Opcode.Goto, Opcode.GotoAct);
            Add(rule with { Action = IsTested(next) ? tested : untested }, next);
            _waiting.Push(next);
        }
    }

    /// <summary>What a failed test falls through to: itself where it has no place yet, else a jump.</summary>
    private Node? Behind(Node node)
    {
        if (node.Kind is NodeKind.End or NodeKind.Return)
        {
            // As short as a jump to it.
            _rules.Add(node.Kind == NodeKind.End ? Null(node.Action) : Null(Opcode.Return) with { Parameter = node.Slot });
            return null;
        }
        if (Unplaced(node) is { } unplaced && node.Kind != NodeKind.Save)
            return unplaced;
        // A Save must not be tested: the rule before it switches that off.
        Add(Null(IsTested(node) ? Opcode.Goto : Opcode.GotoAct), node);
        return Unplaced(node);
    }

    private Node? PlaceSave(Node node)
    {
        var rule = new Rule(node.Attribute, node.Mask, node.IsRuleValue ? node.Value : new RuleAddress(new byte[node.Mask.Length]), Opcode.Count, 1);
        var next = node.Next!;
        // A statistic is asked for with a push of the packet's; mask and value are its parameters (RFC 2724 §3.2).
        var isRuleValue = node.IsRuleValue && !FlowAttributes.Get(node.Attribute).Is(AttributeRoles.Statistic);
        if (next.IsEnd(Opcode.Count))
        {
            _rules.Add(rule with { Action = isRuleValue ? Opcode.Count : Opcode.CountPkt });
            return null;
        }
        var (tested, untested) = isRuleValue ? (Opcode.PushRuleTo, Opcode.PushRuleToAct) : (Opcode.PushPktTo, Opcode.PushPktToAct);
        Add(rule with { Action = IsTested(next) ? tested : untested }, next);
        return Unplaced(next);
    }

    /// <summary>A Gosub, and behind it a rule for each slot that the routine returns to (SRL-40).</summary>
    private void PlaceCall(Node node)
    {
        var routine = _routines[node.Routine!];
        Add(Null(IsTested(routine) ? Opcode.Gosub : Opcode.GosubAct), routine);
        _waiting.Push(routine);
        foreach (var next in node.Returns)
        {
            if (next.Kind == NodeKind.End)
            {
                _rules.Add(Null(next.Action));
                continue;
            }
            Add(Null(IsTested(next) ? Opcode.Goto : Opcode.GotoAct), next);
            _waiting.Push(next);
        }
    }

    private Node? Unplaced(Node node) => _placed.ContainsKey(node) ? null : node;

    private void Add(Rule rule, Node target)
    {
        _targets.Add((_rules.Count, target));
        _rules.Add(rule);
    }

    private static bool IsTested(Node node) => node.Kind == NodeKind.Test;

    private static Rule Null(Opcode action) => new(FlowAttribute.Null, new RuleAddress([0, 0]), new RuleAddress([0, 0]), action, 1);
}
