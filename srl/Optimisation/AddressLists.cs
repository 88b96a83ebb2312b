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
        var rows = TestRows.Find(program, IsSameList);
        return Optimiser.Rebuild(
            program,
            (graph, node, map) =>
            {
                if (rows.Beginning(node) is not var (row, otherwise))
                    return Optimiser.Copy(graph, node, map);
                var result = map(otherwise);
                foreach (var (mask, value) in Merged([.. row.Select(each => (each.Mask, each.Value))]))
                    result = graph.Test(node.Attribute, mask, value, saves: false, map(node.Next!), result);
                return result;
            }
        );
    }

    private static bool IsSameList(Node first, Node second) =>
        second.Attribute == first.Attribute
        && second.Next == first.Next
        && !first.IsRuleValue
        && !second.IsRuleValue
        && first.Attribute != FlowAttribute.MatchingStoD;

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
