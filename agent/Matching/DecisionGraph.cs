using Rtfm.Model;

namespace Rtfm.Agent.Matching;

/// <summary>
/// A rule set with everything worked out that does not depend on the packet: the test indicator, the pattern queue, the return stack and the meter variables
/// are functions of the way through the rules. What is left are tests of the packet, and for each end the list of what was pushed.
/// </summary>
/// <remarks>Built by running the rules symbolically, both ways at each test. States that agree in all but history are one node.</remarks>
internal sealed class DecisionGraph
{
    /// <summary>A rule set whose ways multiply beyond this is left to the interpreter.</summary>
    public static int MaxNodes(RuleProgram program) => 8_192 + 4 * program.Size;

    /// <summary>A run of rules without a test of the packet that is so long may be a loop: from here on it is watched (a power of two).</summary>
    private const int FirstMark = 256;

    private readonly RuleProgram _program;
    private readonly bool _reversed;
    private readonly KeyPlans _plans;
    private readonly bool _keepsHistory;
    private readonly Dictionary<byte[], Decision> _known = new(OctetComparer.Instance);
    private readonly Stack<OpenTest> _open = new();
    private long _steps;
    private bool _isTooLarge;

    /// <summary>A test whose two ways have not been followed yet.</summary>
    private sealed record OpenTest(TestDecision Test, SymbolicState State);

    private DecisionGraph(RuleProgram program, bool reversed, KeyPlans plans)
    {
        (_program, _reversed, _plans) = (program, reversed, plans);
        foreach (ref readonly var rule in program.Instructions)
            _keepsHistory |= rule.Action is Opcode.PopTo or Opcode.PopToAct;
    }

    public Decision Root { get; private set; } = EndDecision.NoMatch;

    /// <summary>Tests there are.</summary>
    public int Count { get; private set; }

    /// <summary>True where a packet may come to a node twice.</summary>
    public bool HasCircles { get; private set; }

    /// <summary>The graph of one direction.</summary>
    /// <returns>Null where it would be too large, or where the interpreter's limit of steps decides what happens.</returns>
    public static DecisionGraph? TryBuild(RuleProgram program, bool reversed, KeyPlans plans)
    {
        var graph = new DecisionGraph(program, reversed, plans);
        graph.Root = graph.Follow(SymbolicState.Initial, out var first);
        while (graph._open.TryPop(out var open) && !graph._isTooLarge)
        {
            var (test, state) = open;
            test.IfTrue = graph.Follow(state with { IsTesting = false }, out var passed);
            test.IfFalse = graph.Follow(state with { At = state.At + 1 }, out var failed);
            test.Steps = Math.Max(passed, failed);
            graph._steps += test.Steps;
        }
        if (graph._isTooLarge)
            return null;
        graph.FindCircles();
        // An attempt that ends by itself is to end here as it does in the interpreter: not because of the number of its steps.
        var longest = first + (graph.HasCircles || graph.Root is not TestDecision root ? graph._steps : root.LongestWay);
        return longest <= PacketMatchingEngine.MaxSteps + program.Size ? graph : null;
    }

    /// <summary>Runs until a test needs the packet, or the end.</summary>
    /// <param name="steps">Rules executed on the way; 0 where it never ends, which the number of steps does not decide.</param>
    private Decision Follow(SymbolicState state, out int steps)
    {
        byte[]? mark = null;
        for (steps = 0; steps <= PacketMatchingEngine.MaxSteps + _program.Size; steps++)
        {
            if (steps >= FirstMark && (steps & (steps - 1)) == 0)
                mark = state.Identity();
            else if (mark is not null && state.Identity().AsSpan().SequenceEqual(mark))
                break; // nothing of the packet gets it out of there
            if ((uint)(state.At - 1) >= (uint)_program.Size)
                return _program.IsEnd(state.At) ? EndDecision.NoMatch : EndDecision.Fault;
            ref readonly var rule = ref _program.Instructions[state.At - 1];
            var attribute =
                rule.Field.Kind == FieldKind.MeterVariable && rule.Action is not (Opcode.Assign or Opcode.AssignAct)
                    ? (FlowAttribute)state.Variable(rule.Selector)
                    : rule.Selector;
            if (state.IsTesting && !rule.AlwaysSucceeds && attribute != FlowAttribute.Null)
            {
                var field = AttributeField.Of(attribute);
                if (field.Kind == FieldKind.Packet)
                {
                    if (rule.CanSucceed(field.Length))
                        return NodeOf(rule, field, state);
                    state = state with { At = state.At + 1 };
                    continue;
                }
                if (!Succeeds(rule, field, attribute, state))
                {
                    state = state with { At = state.At + 1 };
                    continue;
                }
            }
            if (state.TryDo(rule, attribute, _keepsHistory, out var next) is { } end)
                return end == MatchedAs.Forward ? _plans.Add(next.Queue) : EndOf(end);
            state = next;
        }
        steps = mark is null ? steps : 0;
        return EndDecision.Fault;
    }

    private static EndDecision EndOf(MatchedAs outcome) =>
        outcome switch
        {
            MatchedAs.Ignored => EndDecision.Ignore,
            MatchedAs.Unmatched => EndDecision.NoMatch,
            _ => EndDecision.Fault,
        };

    private bool Succeeds(in Instruction rule, AttributeField field, FlowAttribute attribute, SymbolicState state) =>
        field.Kind switch
        {
            FieldKind.Computed => rule.Matches(state.Computed(attribute)),
            FieldKind.MatchingStoD => _reversed ? rule.Matches(0) || rule.Matches(2) : rule.Matches(1),
            FieldKind.MeterVariable => rule.Matches(state.Variable(attribute)),
            _ => rule.Matches(0),
        };

    private Decision NodeOf(in Instruction rule, AttributeField field, SymbolicState state)
    {
        var identity = state.Identity();
        if (_known.TryGetValue(identity, out var known))
            return known;
        if (Count == MaxNodes(_program))
        {
            _isTooLarge = true;
            return EndDecision.Fault;
        }
        Count++;
        var test = new TestDecision(field.OffsetOf(_reversed), field.Length, rule.Mask.FirstOctets(field.Length), rule.Value);
        _known.Add(identity, test);
        _open.Push(new(test, state));
        return test;
    }

    /// <summary>Depth-first: an edge to a node that is not finished closes a circle.</summary>
    private void FindCircles()
    {
        var isFinished = new Dictionary<Decision, bool>();
        var path = new Stack<TestDecision>();
        Enter(Root);
        while (path.TryPeek(out var node))
        {
            if (isFinished.TryAdd(node, false))
            {
                Enter(node.IfFalse);
                Enter(node.IfTrue);
                continue;
            }
            path.Pop();
            isFinished[node] = true;
            node.LongestWay = node.Steps + Math.Max(WayFrom(node.IfTrue), WayFrom(node.IfFalse));
        }

        void Enter(Decision decision)
        {
            if (decision is not TestDecision node)
                return;
            if (isFinished.TryGetValue(node, out var finished))
                HasCircles |= !finished;
            else
                path.Push(node);
        }
    }

    private static long WayFrom(Decision decision) => decision is TestDecision test ? test.LongestWay : 0;
}
