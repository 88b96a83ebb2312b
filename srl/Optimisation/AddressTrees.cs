using Rtfm.Model;
using Rtfm.Srl.Compilation;

namespace Rtfm.Srl.Optimisation;

/// <summary>Makes a tree of decisions of a long list of values of one attribute, so that a packet meets few of them.</summary>
internal static class AddressTrees
{
    /// <summary>A list of so many is looked through one after the other: each half costs a rule or two more.</summary>
    private const int MaxLeaf = 16;

    public static LoweredProgram Divide(LoweredProgram program)
    {
        var nodes = Topology.FromEnd([program.Main, .. program.Routines.Values]);
        var uses = Topology.CountUses(nodes);
        var followers = nodes.Where(node => IsListed(node) && Follows(node, node.Else!, uses)).Select(node => node.Else!).ToHashSet();
        return Optimiser.Rebuild(
            program,
            (graph, node, map) =>
            {
                if (!IsListed(node) || followers.Contains(node))
                    return Optimiser.Copy(graph, node, map);
                var list = new List<Node> { node };
                var otherwise = node.Else!;
                for (; followers.Contains(otherwise); otherwise = otherwise.Else!)
                    list.Add(otherwise);
                return Make(graph, list, map(otherwise), map);
            }
        );
    }

    private static Node Make(Graph graph, List<Node> list, Node otherwise, Func<Node, Node> map)
    {
        if (list.Count > MaxLeaf && FindBit(list) is { } bit)
        {
            var ones = list.Where(node => HasBit(node.Value, bit)).ToList();
            var zeros = list.Where(node => !HasBit(node.Value, bit)).ToList();
            var mask = new byte[list[0].Mask.Length];
            mask[bit / 8] = (byte)(0x80 >> (bit % 8));
            return graph.Test(
                list[0].Attribute,
                new RuleAddress(mask),
                new RuleAddress(mask),
                saves: false,
                Make(graph, ones, otherwise, map),
                Make(graph, zeros, otherwise, map)
            );
        }
        for (var i = list.Count - 1; i >= 0; i--)
            otherwise = graph.Test(list[i].Attribute, list[i].Mask, list[i].Value, list[i].IsRuleValue, map(list[i].Next!), otherwise);
        return otherwise;
    }

    /// <summary>The bit, seen by all tests, that divides them best; null where none divides them.</summary>
    private static int? FindBit(List<Node> list)
    {
        var common = Enumerable.Repeat((byte)0xFF, RuleAddress.MaxLength).ToArray();
        foreach (var node in list)
        {
            for (var i = 0; i < common.Length; i++)
                common[i] &= node.Mask.Padded[i];
        }
        int? best = null;
        var bestSize = list.Count;
        for (var bit = 0; bit < RuleAddress.MaxLength * 8; bit++)
        {
            if ((common[bit / 8] & (0x80 >> (bit % 8))) == 0)
                continue;
            var ones = list.Count(node => HasBit(node.Value, bit));
            var size = Math.Max(ones, list.Count - ones);
            if (size < bestSize)
                (best, bestSize) = (bit, size);
        }
        return best;
    }

    private static bool HasBit(RuleAddress value, int bit) => (value.Padded[bit / 8] & (0x80 >> (bit % 8))) != 0;

    private static bool IsListed(Node node) => node.Kind == NodeKind.Test && node.Attribute != FlowAttribute.MatchingStoD;

    private static bool Follows(Node first, Node second, Dictionary<Node, int> uses) =>
        IsListed(second) && second.Attribute == first.Attribute && !ChangesOwn(first) && uses[second] == 1;

    /// <summary>A variable's test that saves changes nothing on failure, but keep to what is plain.</summary>
    private static bool ChangesOwn(Node node) => node.IsRuleValue && FlowAttributes.Get(node.Attribute).Is(AttributeRoles.Computed);
}
