using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rtfm.Agent.Packets;
using Rtfm.Model;

namespace Rtfm.Agent.Matching;

/// <summary>The Packet Matching Engine: runs a rule set on one packet and builds its flow key (RFC 2722 §4.3, §4.4).</summary>
/// <remarks>This is the interpreter. It keeps its working memory between packets: one engine, one thread at a time.</remarks>
/// <param name="shapes">Where the shapes of its keys are kept: those of the rule set's flows.</param>
public sealed class PacketMatchingEngine(RuleProgram program, KeyShapes shapes)
{
    /// <summary>Rules executed in one attempt, beyond the size of the rule set, before it counts as looping (PME-15).</summary>
    public const int MaxSteps = 100_000;

    internal const int MaxDepth = 64;
    internal const int MaxQueue = 256;

    private readonly Frame[] _stack = new Frame[MaxDepth];
    private readonly Pushed[] _queue = new Pushed[MaxQueue];
    private readonly KeyBuilder _keys = new(program, shapes);
    private int _depth;
    private int _queued;

    /// <summary>Attempts that ended since the rule set is broken: endless loop, jump out of it, Return without Gosub, a stack or queue beyond bounds (AMB-33).</summary>
    public ulong Faults { get; private set; }

    /// <summary>What the last attempt pushed, oldest first.</summary>
    internal ReadOnlySpan<Pushed> Queue => _queue.AsSpan(0, _queued);

    /// <summary>A meter variable's content, saved by Gosub and restored by Return (AMB-03).</summary>
    [InlineArray(5)]
    private struct Variables
    {
        private byte _element0;
    }

    private struct Frame
    {
        public int GosubRule;
        public Variables Variables;
    }

    /// <summary>One match attempt.</summary>
    /// <param name="packet">The packet's attributes.</param>
    /// <param name="reversed">False: source to dest, as captured. True: the second attempt, the other way round.</param>
    /// <param name="key">On success, the flow's key; its shape is null where the rule set makes too many different ones.</param>
    public MatchOutcome Match(in MatchKey packet, bool reversed, ref FlowKey key)
    {
        // Nothing of an earlier attempt is left (PME-04).
        _depth = 0;
        _queued = 0;
        Variables variables = default;
        var instructions = program.Instructions;
        var isTesting = true;
        var at = 1;
        for (var steps = MaxSteps + instructions.Length; steps > 0; steps--)
        {
            if ((uint)(at - 1) >= (uint)instructions.Length)
                return program.IsEnd(at) ? MatchOutcome.NoMatch : Fault();
            ref readonly var rule = ref instructions[at - 1];
            var attribute = rule.Selector;
            if (rule.Field.Kind == FieldKind.MeterVariable && rule.Action is not (Opcode.Assign or Opcode.AssignAct))
                attribute = (FlowAttribute)variables[attribute - FlowAttribute.V1];
            if (isTesting && !Succeeds(rule, attribute, packet, reversed, ref variables))
            {
                at++;
                continue;
            }

            // The odd opcodes from Gosub on leave the test indicator off: "just do the target" (§4.4).
            isTesting = ((int)rule.Action & 1) == 0;
            switch (rule.Action)
            {
                case Opcode.Ignore:
                    return MatchOutcome.Ignore;
                case Opcode.NoMatch:
                    return MatchOutcome.NoMatch;
                case Opcode.Count:
                case Opcode.CountPkt:
                    if (!TryPush(attribute, at - 1, isRuleValue: rule.Action == Opcode.Count))
                        return Fault();
                    _keys.Build(Queue, packet, reversed, ref key);
                    return MatchOutcome.Success; // §4.4: Count ends the match even inside a subroutine.
                case Opcode.Return:
                    if (_depth == 0)
                        return Fault();
                    ref var frame = ref _stack[--_depth];
                    variables = frame.Variables;
                    at = frame.GosubRule + rule.Parameter;
                    isTesting = false;
                    continue;
                case Opcode.Gosub:
                case Opcode.GosubAct:
                    if (_depth == MaxDepth)
                        return Fault();
                    _stack[_depth++] = new Frame { GosubRule = at, Variables = variables };
                    break;
                case Opcode.Assign:
                case Opcode.AssignAct:
                    Assign(rule, ref variables);
                    break;
                case Opcode.Goto:
                case Opcode.GotoAct:
                    break;
                case Opcode.PushRuleTo:
                case Opcode.PushRuleToAct:
                case Opcode.PushPktTo:
                case Opcode.PushPktToAct:
                    if (!TryPush(attribute, at - 1, isRuleValue: rule.Action is Opcode.PushRuleTo or Opcode.PushRuleToAct))
                        return Fault();
                    break;
                case Opcode.PopTo:
                case Opcode.PopToAct:
                    if (_queued > 0)
                        _queued--;
                    break;
                default:
                    return Fault();
            }
            at = rule.Parameter;
        }
        return Fault();
    }

    private MatchOutcome Fault()
    {
        Faults++;
        return MatchOutcome.NoMatch;
    }

    private bool Succeeds(in Instruction rule, FlowAttribute attribute, in MatchKey packet, bool reversed, ref Variables variables)
    {
        if (rule.AlwaysSucceeds || attribute == FlowAttribute.Null)
            return true;
        var field = attribute == rule.Selector ? rule.Field : AttributeField.Of(attribute);
        switch (field.Kind)
        {
            case FieldKind.Packet:
                RuleOctets octets = default;
                Read(packet, field, reversed, ref octets);
                return RuleOctets.Matches(octets, rule.Mask, rule.Value);
            case FieldKind.Computed:
                return rule.Matches(Computed(attribute));
            case FieldKind.MatchingStoD:
                // AMB-02: RFC 2722 calls "not StoD" 0, RFC 2720's TruthValue calls it 2; a test for either succeeds.
                return reversed ? rule.Matches(0) || rule.Matches(2) : rule.Matches(1);
            case FieldKind.MeterVariable:
                return rule.Matches(variables[attribute - FlowAttribute.V1]);
            default:
                return rule.Matches(0);
        }
    }

    /// <summary>Copies an attribute of one side; the second attempt reads the other side's (PME-02).</summary>
    private static void Read(in MatchKey packet, AttributeField field, bool reversed, ref RuleOctets octets)
    {
        var source = MemoryMarshal.AsBytes(new ReadOnlySpan<MatchKey>(in packet)).Slice(field.OffsetOf(reversed), field.Length);
        source.CopyTo(MemoryMarshal.AsBytes(new Span<RuleOctets>(ref octets)));
    }

    /// <summary>What the rules pushed last for a class or kind; zero before (PME-21).</summary>
    private byte Computed(FlowAttribute attribute)
    {
        for (var i = _queued - 1; i >= 0; i--)
        {
            if (_queue[i].Attribute == attribute)
                return _queue[i].Computed;
        }
        return 0;
    }

    private bool TryPush(FlowAttribute attribute, int rule, bool isRuleValue)
    {
        if (_queued == MaxQueue)
            return false;
        var computed = (byte)0;
        if (AttributeField.Of(attribute).Kind == FieldKind.Computed)
        {
            ref readonly var instruction = ref program.Instructions[rule];
            computed = isRuleValue ? instruction.Value.AsSpan()[0] : (byte)(Computed(attribute) & instruction.Mask.AsSpan()[0]);
        }
        _queue[_queued++] = new Pushed
        {
            Attribute = attribute,
            IsRuleValue = isRuleValue,
            Computed = computed,
            Rule = rule,
        };
        return true;
    }

    // AMB-01: the attribute's number is the value's first octet. The number of another variable copies its content.
    private static void Assign(in Instruction rule, ref Variables variables)
    {
        if (!FlowAttributes.IsMeterVariable(rule.Selector))
            return;
        var number = rule.Value.AsSpan()[0];
        variables[rule.Selector - FlowAttribute.V1] = FlowAttributes.IsMeterVariable((FlowAttribute)number)
            ? variables[(FlowAttribute)number - FlowAttribute.V1]
            : number;
    }
}
