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
        var rows = TestRows.Find(program, IsSameAttribute);
        return Optimiser.Rebuild(
            program,
            (graph, node, map) =>
                rows.Beginning(node) is var (row, otherwise) ? Make(graph, row, map(otherwise), map) : Optimiser.Copy(graph, node, map)
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

    /// <summary>A variable that a test sets is left alone: the tests behind it see what was set.</summary>
    private static bool IsSameAttribute(Node first, Node second) =>
        second.Attribute == first.Attribute
        && first.Attribute != FlowAttribute.MatchingStoD
        && !(first.IsRuleValue && FlowAttributes.Get(first.Attribute).Is(AttributeRoles.Computed));
}
