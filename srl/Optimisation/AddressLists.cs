using Rtfm.Model;
using Rtfm.Srl.Compilation;

namespace Rtfm.Srl.Optimisation;

/// <summary>Makes one test of two for neighbouring values that go on the same way: 10.0.0.0/9 and 10.128.0.0/9 are 10.0.0.0/8.</summary>
internal static class AddressLists
{
    /// <summary>In a longer list prefixes stay prefixes: masks with holes would be in the way of <see cref="AddressTrees"/>.</summary>
    private const int MaxFree = 32;

    public static LoweredProgram Merge(LoweredProgram program)
    {
        var nodes = Topology.FromEnd([program.Main, .. program.Routines.Values]);
        var uses = Topology.CountUses(nodes);
        var followers = nodes.Where(node => IsListed(node) && Follows(node, node.Else!, uses)).Select(node => node.Else!).ToHashSet();
        return Optimiser.Rebuild(
            program,
            (graph, node, map) =>
            {
                if (!IsListed(node) || followers.Contains(node) || !followers.Contains(node.Else!))
                    return Optimiser.Copy(graph, node, map);
                var operands = new List<(RuleAddress, RuleAddress)> { (node.Mask, node.Value) };
                var otherwise = node.Else!;
                for (; followers.Contains(otherwise); otherwise = otherwise.Else!)
                    operands.Add((otherwise.Mask, otherwise.Value));
                var result = map(otherwise);
                foreach (var (mask, value) in Merged(operands))
                    result = graph.Test(node.Attribute, mask, value, saves: false, map(node.Next!), result);
                return result;
            }
        );
    }

    private static bool IsListed(Node node) => node.Kind == NodeKind.Test && !node.IsRuleValue && node.Attribute != FlowAttribute.MatchingStoD;

    /// <summary>True where the second node only goes on with the list that the first is part of.</summary>
    private static bool Follows(Node first, Node second, Dictionary<Node, int> uses) =>
        IsListed(second) && second.Attribute == first.Attribute && second.Next == first.Next && uses[second] == 1;

    /// <summary>The same values with fewer masks, last first.</summary>
    private static List<(RuleAddress Mask, RuleAddress Value)> Merged(List<(RuleAddress Mask, RuleAddress Value)> operands)
    {
        var left = new HashSet<(RuleAddress Mask, RuleAddress Value)>(operands);
        var order = operands;
        for (var isChanged = true; isChanged; )
        {
            isChanged = false;
            var next = new List<(RuleAddress Mask, RuleAddress Value)>();
            foreach (var operand in order)
            {
                if (!left.Contains(operand))
                    continue;
                if (TryWiden(operand, left, isPrefix: operands.Count > MaxFree) is not { } wide)
                {
                    next.Add(operand);
                    continue;
                }
                isChanged = true;
                if (left.Add(wide))
                    next.Add(wide);
            }
            order = next;
        }
        order.Reverse();
        return order;
    }

    /// <summary>Finds the value that is different in one bit only; both are taken away.</summary>
    /// <param name="isPrefix">True: only in the last bit of the mask, so that a prefix stays one.</param>
    private static (RuleAddress Mask, RuleAddress Value)? TryWiden(
        (RuleAddress Mask, RuleAddress Value) operand,
        HashSet<(RuleAddress, RuleAddress)> left,
        bool isPrefix
    )
    {
        var isLast = true;
        // From the last bit of the mask on: prefixes stay prefixes.
        for (var bit = operand.Mask.Length * 8 - 1; bit >= 0; bit--)
        {
            var flag = (byte)(0x80 >> (bit % 8));
            if ((operand.Mask.Padded[bit / 8] & flag) == 0)
                continue;
            if (!isLast && isPrefix)
                break;
            isLast = false;
            var value = operand.Value.Octets.ToArray();
            if (value.Length <= bit / 8)
                continue;
            value[bit / 8] ^= flag;
            if (!left.Remove((operand.Mask, new RuleAddress(value))))
                continue;
            left.Remove(operand);
            var mask = operand.Mask.Octets.ToArray();
            mask[bit / 8] &= (byte)~flag;
            value[bit / 8] &= (byte)~flag;
            return (new RuleAddress(mask), new RuleAddress(value));
        }
        return null;
    }
}
