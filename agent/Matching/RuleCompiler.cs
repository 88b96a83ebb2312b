using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;
using Rtfm.Agent.Packets;

namespace Rtfm.Agent.Matching;

/// <summary>Compiles a rule set to machine code: both decision graphs in one method that works through a batch of packets.</summary>
/// <remarks>
/// For each packet: the forward graph; where it ends without a match, the reversed one (RFC 2722 §4.3). Each node is a few instructions at a label; a key is
/// put together from whole words of the match key. The interpreter (<see cref="PacketMatchingEngine"/>) is the reference for all of it.
/// </remarks>
internal sealed partial class RuleCompiler
{
    /// <summary>More branches than the just-in-time compiler optimises well, or compiles in reasonable time.</summary>
    private const int MaxEmittedNodes = 20_000;

    private readonly DynamicMethod _method;
    private readonly ILGenerator _il;
    private readonly KeyPlans _plans;
    private readonly RuleProgram _program;
    private readonly List<TestTable> _tables = [];
    private readonly Dictionary<Decision, Place> _places = [];
    private readonly Stack<Decision> _open = new();
    private LocalBuilder _visits = null!;
    private Label _next;
    private int _emitted;

    /// <summary>Where a node's code begins.</summary>
    private sealed record Place(Label Label);

    private RuleCompiler(RuleProgram program, KeyPlans plans)
    {
        (_program, _plans) = (program, plans);
        _method = new DynamicMethod(
            "match",
            typeof(void),
            [typeof(MatchKey*), typeof(MatchResult*), typeof(int), typeof(ushort*), typeof(ulong*), typeof(CompiledRuleSet), typeof(TestTable[])],
            typeof(RuleCompiler).Module,
            skipVisibility: true
        );
        _il = _method.GetILGenerator();
    }

    /// <returns>Null where the rule set is too large to be compiled: the interpreter runs it.</returns>
    public static CompiledRuleSet? TryCompile(RuleProgram program, KeyPlans plans, KeyShapes shapes)
    {
        var forward = DecisionGraph.TryBuild(program, reversed: false, plans);
        var reversed = forward is null ? null : DecisionGraph.TryBuild(program, reversed: true, plans);
        if (forward is null || reversed is null)
            return null;
        var compiler = new RuleCompiler(program, plans);
        if (!compiler.TryEmit(forward, reversed))
            return null;
        var code = compiler._method.CreateDelegate<MatchCode>();
        return new CompiledRuleSet(code, plans, new KeyBuilder(program, shapes), [.. compiler._tables]);
    }

    private bool TryEmit(DecisionGraph forward, DecisionGraph reversed)
    {
        _visits = _il.DeclareLocal(typeof(int));
        _next = _il.DefineLabel();
        var loop = _il.DefineLabel();
        var end = _il.DefineLabel();
        var isParsed = _il.DefineLabel();
        var secondAttempt = _il.DefineLabel();

        _il.MarkLabel(loop);
        _il.Emit(OpCodes.Ldarg_2);
        _il.Emit(OpCodes.Brfalse, end);
        LoadPacketAddress((int)Marshal.OffsetOf<MatchKey>(nameof(MatchKey.Unparsed)));
        _il.Emit(OpCodes.Ldind_U1);
        _il.Emit(OpCodes.Brfalse, isParsed);
        EmitOutcome(MatchedAs.Unparsed);
        _il.MarkLabel(isParsed);
        if (!TryEmitGraph(forward, isReversed: false, secondAttempt))
            return false;
        _il.MarkLabel(secondAttempt);
        if (!TryEmitGraph(reversed, isReversed: true, secondAttempt))
            return false;

        _il.MarkLabel(_next);
        Advance(OpCodes.Ldarg_0, MatchKey.Length, 0);
        Advance(OpCodes.Ldarg_1, MatchResult.Length, 1);
        _il.Emit(OpCodes.Ldarg_2);
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Sub);
        _il.Emit(OpCodes.Starg_S, (byte)2);
        _il.Emit(OpCodes.Br, loop);
        _il.MarkLabel(end);
        _il.Emit(OpCodes.Ret);
        return true;
    }

    private bool TryEmitGraph(DecisionGraph graph, bool isReversed, Label secondAttempt)
    {
        _places.Clear();
        if (graph.HasCircles)
        {
            _il.Emit(OpCodes.Ldc_I4_0);
            _il.Emit(OpCodes.Stloc, _visits);
        }
        GoTo(graph.Root);
        while (_open.TryPop(out var decision))
        {
            if (++_emitted > MaxEmittedNodes)
                return false;
            _il.MarkLabel(_places[decision].Label);
            switch (decision)
            {
                case TestDecision test:
                    if (graph.HasCircles)
                        EmitVisit(graph.Count);
                    EmitTests(test);
                    break;
                case KeyDecision plan:
                    EmitKey(plan, isReversed);
                    break;
                case EndDecision end:
                    EmitEnd(end.Outcome, isReversed, secondAttempt);
                    break;
            }
        }
        return true;
    }

    /// <summary>A packet does not change: who has been at more nodes than there are goes round for ever.</summary>
    private void EmitVisit(int nodes)
    {
        _il.Emit(OpCodes.Ldloc, _visits);
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Dup);
        _il.Emit(OpCodes.Stloc, _visits);
        _il.Emit(OpCodes.Ldc_I4, nodes);
        _il.Emit(OpCodes.Bgt, LabelOf(EndDecision.Fault));
    }

    private void EmitEnd(MatchedAs outcome, bool isReversed, Label secondAttempt)
    {
        if (outcome == MatchedAs.Fault)
        {
            _il.Emit(OpCodes.Ldarg, 4);
            _il.Emit(OpCodes.Dup);
            _il.Emit(OpCodes.Ldind_I8);
            _il.Emit(OpCodes.Ldc_I4_1);
            _il.Emit(OpCodes.Conv_I8);
            _il.Emit(OpCodes.Add);
            _il.Emit(OpCodes.Stind_I8);
        }
        if (outcome == MatchedAs.Ignored)
            EmitOutcome(MatchedAs.Ignored);
        else if (isReversed)
            EmitOutcome(MatchedAs.Unmatched);
        else
            _il.Emit(OpCodes.Br, secondAttempt);
    }

    private void EmitOutcome(MatchedAs outcome)
    {
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldc_I4, (int)outcome);
        _il.Emit(OpCodes.Stind_I1);
        _il.Emit(OpCodes.Br, _next);
    }

    /// <summary>The label of a node, which is emitted later if it is new.</summary>
    private Label LabelOf(Decision decision)
    {
        if (!_places.TryGetValue(decision, out var place))
        {
            place = new(_il.DefineLabel());
            _places.Add(decision, place);
            _open.Push(decision);
        }
        return place.Label;
    }

    private void GoTo(Decision decision) => _il.Emit(OpCodes.Br, LabelOf(decision));

    private void LoadPacketAddress(int offset)
    {
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldc_I4, offset);
        _il.Emit(OpCodes.Add);
    }

    private void Advance(OpCode load, int by, byte argument)
    {
        _il.Emit(load);
        _il.Emit(OpCodes.Ldc_I4, by);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Starg_S, argument);
    }

    private static MethodInfo MethodOf(Delegate method) => method.Method;
}
