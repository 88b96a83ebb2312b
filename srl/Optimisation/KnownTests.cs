using Rtfm.Model;
using Rtfm.Srl.Compilation;

namespace Rtfm.Srl.Optimisation;

/// <summary>Goes past tests whose outcome is known on the way that leads to them.</summary>
internal static class KnownTests
{
    public static LoweredProgram Skip(LoweredProgram program)
    {
        var nodes = Topology.FromEnd([program.Main, .. program.Routines.Values]);
        var facts = new Dictionary<Node, Facts>();
        // Of what a routine is called with, nothing is known.
        facts[program.Main] = Facts.AtStart();
        foreach (var routine in program.Routines.Values)
            facts[routine] = Facts.None();
        var targets = new Dictionary<(Node, int), Node>();
        for (var i = nodes.Length - 1; i >= 0; i--)
        {
            var node = nodes[i];
            if (!facts.TryGetValue(node, out var known))
                continue; // nothing leads to it any more
            Lead(node, 0, node.Next, Next(node, known), facts, targets);
            Lead(node, 1, node.Else, node.Kind == NodeKind.Test ? known.After(node, isMatched: false) : known, facts, targets);
            for (var slot = 0; slot < node.Returns.Length; slot++)
                Lead(node, 2 + slot, node.Returns[slot], known.AfterAnyChange(), facts, targets);
        }
        return Optimiser.Rebuild(
            program,
            (graph, node, map) =>
            {
                Node Target(int edge, Node old) => map(targets.GetValueOrDefault((node, edge), old));
                if (!facts.TryGetValue(node, out var known) || node.Kind is NodeKind.End or NodeKind.Return)
                    return Optimiser.Copy(graph, node, map);
                if (node.Kind == NodeKind.Call)
                    return graph.Call(node.Routine!, [.. node.Returns.Select((next, slot) => Target(2 + slot, next))]);
                var next = Target(0, node.Next!);
                if (node.Kind == NodeKind.Undo)
                    return graph.Undo(1, next);
                if (node.Kind == NodeKind.Save)
                    return graph.Save(node.Attribute, node.Mask, node.IsRuleValue ? node.Value : null, next);
                return known.Decide(node.Attribute, node.Mask, node.Value) switch
                {
                    true when node.IsRuleValue => graph.Save(node.Attribute, node.Mask, node.Value, next),
                    true => next,
                    false => Target(1, node.Else!),
                    _ => Test(graph, node, next, Target(1, node.Else!)),
                };
            }
        );
    }

    /// <summary>A test that goes on to save what it has just seen saves it itself.</summary>
    private static Node Test(Graph graph, Node node, Node next, Node otherwise)
    {
        var isVariable = FlowAttributes.Get(node.Attribute).Is(AttributeRoles.Computed);
        if (
            !node.IsRuleValue
            && next.Kind == NodeKind.Save
            && next.Attribute == node.Attribute
            && next.Mask == node.Mask
            && (next.IsRuleValue ? next.Value == node.Value : !isVariable)
        )
        {
            return graph.Test(node.Attribute, node.Mask, node.Value, saves: true, next.Next!, otherwise);
        }
        return graph.Test(node.Attribute, node.Mask, node.Value, node.IsRuleValue, next, otherwise);
    }

    private static Facts Next(Node node, Facts known) =>
        node.Kind switch
        {
            NodeKind.Test => known.After(node, isMatched: true),
            NodeKind.Save => known.AfterSave(node.Attribute, node.IsRuleValue ? node.Value : null),
            // What is taken back may have been a variable's value.
            NodeKind.Undo => known.AfterAnyChange(),
            _ => known,
        };

    /// <summary>Follows one way on, past the tests that are decided on it.</summary>
    private static void Lead(Node from, int edge, Node? to, Facts known, Dictionary<Node, Facts> facts, Dictionary<(Node, int), Node> targets)
    {
        if (to is null)
            return;
        while (to.Kind == NodeKind.Test && known.Decide(to.Attribute, to.Mask, to.Value) is { } isMatched && !(isMatched && to.IsRuleValue))
        {
            known = known.After(to, isMatched);
            to = isMatched ? to.Next! : to.Else!;
        }
        targets[(from, edge)] = to;
        facts[to] = facts.TryGetValue(to, out var other) ? Facts.Common(known, other) : known;
    }
}
