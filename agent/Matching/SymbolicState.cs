using System.Buffers.Binary;
using Rtfm.Model;

namespace Rtfm.Agent.Matching;

/// <summary>The state of a match attempt, but for the packet (RFC 2722 §4.4): everything here is known before any packet comes.</summary>
internal sealed record SymbolicState
{
    public static SymbolicState Initial { get; } = new();

    /// <summary>The rule to go on with, counted from 1.</summary>
    public int At { get; init; } = 1;

    /// <summary>The test indicator.</summary>
    public bool IsTesting { get; init; } = true;

    /// <summary>v1 to v5, an octet each.</summary>
    private ulong Variables { get; init; }

    /// <summary>The return stack, innermost first.</summary>
    private Gosub? Gosubs { get; init; }

    private int Depth { get; init; }

    /// <summary>Items pushed and not popped, superseded ones included.</summary>
    private int Pushes { get; init; }

    /// <summary>The pattern queue, oldest first; where nothing is ever popped, only what counts in the end, by attribute.</summary>
    public Pushed[] Queue { get; private init; } = [];

    private sealed record Gosub(int Rule, ulong Variables, Gosub? Outer);

    public byte Variable(FlowAttribute variable) => (byte)(Variables >> (variable - FlowAttribute.V1) * 8);

    /// <summary>What the rules pushed last for a class or kind; zero before (PME-21).</summary>
    public byte Computed(FlowAttribute attribute)
    {
        for (var i = Queue.Length - 1; i >= 0; i--)
        {
            if (Queue[i].Attribute == attribute)
                return Queue[i].Computed;
        }
        return 0;
    }

    /// <summary>Does what the rule says.</summary>
    /// <param name="attribute">The rule's selector; what a meter variable stands for.</param>
    /// <param name="keepsHistory">True where rules pop: then superseded pushes matter.</param>
    /// <returns>How the attempt ends; null: it goes on with <paramref name="next"/>.</returns>
    public MatchedAs? TryDo(in Instruction rule, FlowAttribute attribute, bool keepsHistory, out SymbolicState next)
    {
        next = this;
        var then = this with { At = rule.Parameter, IsTesting = ((int)rule.Action & 1) == 0 };
        switch (rule.Action)
        {
            case Opcode.Ignore:
                return MatchedAs.Ignored;
            case Opcode.NoMatch:
                return MatchedAs.Unmatched;
            case Opcode.Count:
            case Opcode.CountPkt:
                if (Pushes == PacketMatchingEngine.MaxQueue)
                    return MatchedAs.Fault;
                next = Push(rule, attribute, isRuleValue: rule.Action == Opcode.Count, keepsHistory);
                return MatchedAs.Forward;
            case Opcode.Return:
                if (Gosubs is null)
                    return MatchedAs.Fault;
                then = then with
                {
                    At = Gosubs.Rule + rule.Parameter,
                    IsTesting = false,
                    Variables = Gosubs.Variables,
                    Gosubs = Gosubs.Outer,
                    Depth = Depth - 1,
                };
                break;
            case Opcode.Gosub:
            case Opcode.GosubAct:
                if (Depth == PacketMatchingEngine.MaxDepth)
                    return MatchedAs.Fault;
                then = then with { Gosubs = new(At, Variables, Gosubs), Depth = Depth + 1 };
                break;
            case Opcode.Assign:
            case Opcode.AssignAct:
                then = then.Assign(rule);
                break;
            case Opcode.Goto:
            case Opcode.GotoAct:
                break;
            case Opcode.PushRuleTo:
            case Opcode.PushRuleToAct:
            case Opcode.PushPktTo:
            case Opcode.PushPktToAct:
                if (Pushes == PacketMatchingEngine.MaxQueue)
                    return MatchedAs.Fault;
                then = then.Push(rule, attribute, isRuleValue: rule.Action is Opcode.PushRuleTo or Opcode.PushRuleToAct, keepsHistory);
                break;
            case Opcode.PopTo:
            case Opcode.PopToAct:
                if (Pushes > 0)
                    then = then with { Queue = Queue[..^1], Pushes = Pushes - 1 };
                break;
            default:
                return MatchedAs.Fault;
        }
        next = then;
        return null;
    }

    /// <summary>All of the state as octets: equal for equal states.</summary>
    public byte[] Identity()
    {
        var octets = new byte[16 + Depth * 12 + Queue.Length * 8];
        var rest = octets.AsSpan();
        BinaryPrimitives.WriteInt32LittleEndian(rest, At << 1 | (IsTesting ? 1 : 0));
        BinaryPrimitives.WriteUInt64LittleEndian(rest[4..], Variables);
        BinaryPrimitives.WriteInt32LittleEndian(rest[12..], Pushes << 16 | Depth);
        rest = rest[16..];
        for (var gosub = Gosubs; gosub is not null; gosub = gosub.Outer)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, gosub.Rule);
            BinaryPrimitives.WriteUInt64LittleEndian(rest[4..], gosub.Variables);
            rest = rest[12..];
        }
        Write(Queue, rest);
        return octets;
    }

    /// <summary>A queue as octets.</summary>
    public static byte[] IdentityOf(Pushed[] queue)
    {
        var octets = new byte[queue.Length * 8];
        Write(queue, octets);
        return octets;
    }

    private static void Write(Pushed[] queue, Span<byte> rest)
    {
        foreach (var pushed in queue)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)pushed.Attribute);
            rest[2] = pushed.IsRuleValue ? (byte)1 : (byte)0;
            rest[3] = pushed.Computed;
            BinaryPrimitives.WriteInt32LittleEndian(rest[4..], pushed.Rule);
            rest = rest[8..];
        }
    }

    // AMB-01: the attribute's number is the value's first octet. The number of another variable copies its content.
    private SymbolicState Assign(in Instruction rule)
    {
        if (!FlowAttributes.IsMeterVariable(rule.Selector))
            return this;
        ulong number = rule.Value.AsSpan()[0];
        if (FlowAttributes.IsMeterVariable((FlowAttribute)number))
            number = Variable((FlowAttribute)number);
        var shift = (rule.Selector - FlowAttribute.V1) * 8;
        return this with { Variables = Variables & ~(0xFFul << shift) | number << shift };
    }

    private SymbolicState Push(in Instruction rule, FlowAttribute attribute, bool isRuleValue, bool keepsHistory)
    {
        var field = AttributeField.Of(attribute);
        var computed = (byte)0;
        if (field.Kind == FieldKind.Computed)
            computed = isRuleValue ? rule.Value.AsSpan()[0] : (byte)(Computed(attribute) & rule.Mask.AsSpan()[0]);
        var pushed = new Pushed
        {
            Attribute = attribute,
            IsRuleValue = isRuleValue,
            Computed = computed,
            Rule = rule.Number - 1,
        };
        if (keepsHistory)
            return this with { Queue = [.. Queue, pushed], Pushes = Pushes + 1 };
        return field.Slot < 0 && field.Kind != FieldKind.Statistic
            ? this with
            {
                Pushes = Pushes + 1,
            }
            : this with
            {
                Queue = Supersede(Queue, pushed),
                Pushes = Pushes + 1,
            };
    }

    /// <summary>The queue with one item for each attribute, the newest, by attribute number: ways that differ in order alone meet again.</summary>
    public static Pushed[] Supersede(Pushed[] queue, in Pushed pushed)
    {
        var at = 0;
        while (at < queue.Length && queue[at].Attribute < pushed.Attribute)
            at++;
        var behind = at < queue.Length && queue[at].Attribute == pushed.Attribute ? at + 1 : at;
        return [.. queue[..at], pushed, .. queue[behind..]];
    }
}
