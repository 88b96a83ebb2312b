using Rtfm.Model;
using Rtfm.Srl.Compilation;

namespace Rtfm.Srl.Optimisation;

/// <summary>Drops saves that no flow's key and no test ever sees.</summary>
internal static class UselessSaves
{
    /// <param name="Needed">A bit for each attribute whose last save matters from here on.</param>
    /// <param name="Undone">The most saves made before that are taken back from here on.</param>
    private readonly record struct Need(UInt128 Needed, int Undone);

    public static LoweredProgram Drop(LoweredProgram program)
    {
        var bits = new Dictionary<FlowAttribute, UInt128>();
        UInt128 Bit(FlowAttribute attribute)
        {
            // More attributes than bits share the last one, which is then needed more often than it must be.
            if (!bits.TryGetValue(attribute, out var bit))
                bits[attribute] = bit = UInt128.One << Math.Min(bits.Count, 127);
            return bit;
        }
        var needs = new Dictionary<Node, Need>();
        return Optimiser.Rebuild(
            program,
            (graph, node, map) =>
            {
                var made = Replace(graph, node, map, needs, Bit);
                // Of the new node: dropping saves makes other saves useless.
                if (!needs.ContainsKey(made))
                    needs[made] = NeedOf(made, needs, Bit);
                return made;
            }
        );
    }

    private static Node Replace(Graph graph, Node node, Func<Node, Node> map, Dictionary<Node, Need> needs, Func<FlowAttribute, UInt128> bit)
    {
        if (node.Kind is not (NodeKind.Save or NodeKind.Test) || (node.Kind == NodeKind.Test && !node.IsRuleValue))
            return Optimiser.Copy(graph, node, map);
        var next = map(node.Next!);
        var need = needs[next];
        if (need.Undone > 0 || (need.Needed & bit(node.Attribute)) != 0)
            return Optimiser.Copy(graph, node, map);
        return node.Kind == NodeKind.Save ? next : graph.Test(node.Attribute, node.Mask, node.Value, saves: false, next, map(node.Else!));
    }

    private static Need NeedOf(Node node, Dictionary<Node, Need> needs, Func<FlowAttribute, UInt128> bit)
    {
        switch (node.Kind)
        {
            case NodeKind.End:
                return new(node.Action == Opcode.Count ? UInt128.MaxValue : UInt128.Zero, 0);
            case NodeKind.Test:
                var (next, otherwise) = (needs[node.Next!], needs[node.Else!]);
                if (node.IsRuleValue)
                    next = BeforeSave(next, bit(node.Attribute));
                return new(next.Needed | otherwise.Needed | (IsVariable(node) ? bit(node.Attribute) : 0), Math.Max(next.Undone, otherwise.Undone));
            case NodeKind.Save:
                var before = BeforeSave(needs[node.Next!], bit(node.Attribute));
                // A variable's own value under the mask is what is saved of it.
                return node.IsRuleValue || !IsVariable(node) ? before : before with { Needed = before.Needed | bit(node.Attribute) };
            case NodeKind.Undo:
                return needs[node.Next!] with { Undone = needs[node.Next!].Undone + 1 };
            default:
                // A routine may see anything; no condition, and so no undoing, goes beyond a CALL.
                return new(UInt128.MaxValue, 0);
        }
    }

    private static bool IsVariable(Node node) => FlowAttributes.Get(node.Attribute).Is(AttributeRoles.Computed);

    /// <summary>A save hides those before it, unless it is taken back.</summary>
    private static Need BeforeSave(Need after, UInt128 bit) =>
        after.Undone > 0 ? after with { Undone = after.Undone - 1 } : after with { Needed = after.Needed & ~bit };
}
