using System.Reflection;
using System.Reflection.Emit;

namespace Rtfm.Agent.Matching;

internal sealed partial class RuleCompiler
{
    /// <summary>From so many tests of one attribute on, a table decides faster than a chain.</summary>
    private const int SmallestTable = 6;

    private static readonly MethodInfo Find = MethodOf(TestTable.Find);

    // Rules that jump into the middle of chains could make each test the head of a long one: there is a limit to that.
    private int _tableEntries;

    /// <summary>A test; with it those that follow when it fails, if they look at the same octets.</summary>
    private void EmitTests(TestDecision test)
    {
        var chain = new List<TestDecision> { test };
        var seen = new HashSet<Decision> { test };
        while (chain[^1].IfFalse is TestDecision next && next.HasSameTest(test) && !_places.ContainsKey(next) && seen.Add(next))
            chain.Add(next);
        if (chain.Count < SmallestTable || test.Mask.Third != 0 || _tableEntries + chain.Count > 4 * DecisionGraph.MaxNodes(_program))
        {
            EmitTest(test);
            return;
        }
        _tableEntries += chain.Count;
        EmitTable(chain);
    }

    private void EmitTest(TestDecision test)
    {
        EmitDifference(test);
        _il.Emit(OpCodes.Brfalse, LabelOf(test.IfTrue));
        GoTo(test.IfFalse);
    }

    /// <summary>Leaves zero where the test succeeds: (octets and mask) xor value, all words together.</summary>
    private void EmitDifference(TestDecision test)
    {
        var words = 0;
        foreach (var (at, mask, value) in Words(test.Mask, test.Value))
        {
            if (mask == 0)
                continue;
            LoadMasked(test.Offset + at, Math.Min(test.Length - at, 8), mask);
            if (value != 0)
            {
                _il.Emit(OpCodes.Ldc_I8, (long)value);
                _il.Emit(OpCodes.Xor);
            }
            if (words++ > 0)
                _il.Emit(OpCodes.Or);
        }
        // A mask of zeros always succeeds, and is no decision.
        if (words == 0)
        {
            _il.Emit(OpCodes.Ldc_I4_0);
            _il.Emit(OpCodes.Conv_I8);
        }
    }

    private void EmitTable(List<TestDecision> chain)
    {
        var table = new TestTable();
        var targets = new List<Label>();
        var numbers = new Dictionary<Decision, int>();
        foreach (var test in chain)
        {
            if (numbers.TryAdd(test.IfTrue, targets.Count))
                targets.Add(LabelOf(test.IfTrue));
            table.Add(test.Value, numbers[test.IfTrue]);
        }
        var first = chain[0];
        _il.Emit(OpCodes.Ldarg, 6);
        _il.Emit(OpCodes.Ldc_I4, _tables.Count);
        LoadMasked(first.Offset, Math.Min(first.Length, 8), first.Mask.First);
        if (first.Mask.Second == 0)
        {
            _il.Emit(OpCodes.Ldc_I4_0);
            _il.Emit(OpCodes.Conv_I8);
        }
        else
        {
            LoadMasked(first.Offset + 8, Math.Min(first.Length - 8, 8), first.Mask.Second);
        }
        _tables.Add(table);
        _il.Emit(OpCodes.Call, Find);
        _il.Emit(OpCodes.Switch, [.. targets]);
        GoTo(chain[^1].IfFalse);
    }

    /// <summary>Loads up to eight octets of the packet as a word, the first octet lowest, under a mask.</summary>
    private void LoadMasked(int offset, int length, ulong mask)
    {
        // A word reaches beyond a short attribute: what is there the mask drops. The match key's last word is never one of these.
        var octets = length >= 8 ? ulong.MaxValue : (1ul << length * 8) - 1;
        mask &= octets;
        LoadPacketAddress(offset);
        _il.Emit(OpCodes.Unaligned, (byte)1);
        switch (length)
        {
            case 1:
                _il.Emit(OpCodes.Ldind_U1);
                _il.Emit(OpCodes.Conv_U8);
                break;
            case 2:
                _il.Emit(OpCodes.Ldind_U2);
                _il.Emit(OpCodes.Conv_U8);
                break;
            case 4:
                _il.Emit(OpCodes.Ldind_U4);
                _il.Emit(OpCodes.Conv_U8);
                break;
            default:
                _il.Emit(OpCodes.Ldind_I8);
                break;
        }
        if (length is not (1 or 2 or 4 or 8) || mask != octets)
        {
            _il.Emit(OpCodes.Ldc_I8, (long)mask);
            _il.Emit(OpCodes.And);
        }
    }

    private static (int At, ulong Mask, ulong Value)[] Words(RuleOctets mask, RuleOctets value) =>
        [(0, mask.First, value.First), (8, mask.Second, value.Second), (16, mask.Third, value.Third)];
}
