using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rtfm.Model;

namespace Rtfm.Agent.Matching;

/// <summary>A rule set prepared for the packet matching engine: each rule's attribute already resolved to a place in the match key.</summary>
public sealed class RuleProgram
{
    private readonly Instruction[] _instructions;

    public RuleProgram(RuleSet ruleSet)
    {
        _instructions = new Instruction[ruleSet.Rules.Length];
        for (var i = 0; i < _instructions.Length; i++)
            _instructions[i] = new Instruction(ruleSet.Rules[i], i + 1);
    }

    public int Size => _instructions.Length;

    /// <summary>True right behind the last rule, where rules run out; what else is no rule, only a wrong jump reaches.</summary>
    public bool IsEnd(int rule) => rule == Size + 1;

    /// <summary>Rule 1 first.</summary>
    internal ReadOnlySpan<Instruction> Instructions => _instructions;
}

/// <summary>One prepared rule.</summary>
internal readonly struct Instruction
{
    /// <summary>Counted from 1.</summary>
    public readonly int Number;
    public readonly FlowAttribute Selector;
    public readonly Opcode Action;
    public readonly int Parameter;
    public readonly AttributeField Field;

    /// <summary>True where the test succeeds whatever the packet: Null, or a mask of zeros (AMB-04).</summary>
    public readonly bool AlwaysSucceeds;

    public readonly RuleOctets Mask;
    public readonly RuleOctets Value;

    /// <summary>Octets of the value as the rule gave it, for identifiers that are pushed as they are.</summary>
    public readonly byte ValueLength;

    public Instruction(Rule rule, int number)
    {
        Number = number;
        Selector = rule.Selector;
        Action = rule.Action;
        Parameter = rule.Parameter;
        Field = AttributeField.Of(rule.Selector);
        AlwaysSucceeds = Field.Kind == FieldKind.None || rule.Mask.IsZero;
        Mask = new RuleOctets(rule.Mask.Padded);
        Value = new RuleOctets(rule.Value.Padded);
        ValueLength = (byte)rule.Value.Length;
    }

    /// <summary>False where no attribute of that many octets can pass: the value has bits that the mask, or the attribute, lacks (PME-11).</summary>
    public bool CanSucceed(int length) => RuleOctets.Matches(Value, Mask.FirstOctets(length), Value);

    /// <summary>Whether the test succeeds for an attribute of one octet.</summary>
    public bool Matches(byte octet) =>
        // The first octet in memory is the lowest of the word (the machine is little-endian).
        ((octet & Mask.First) ^ Value.First | Value.Second | Value.Third) == 0;
}

/// <summary>20 octets that can be masked and compared as three words.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct RuleOctets
{
    public readonly ulong First;
    public readonly ulong Second;
    public readonly uint Third;

    public RuleOctets(ReadOnlySpan<byte> octets)
    {
        First = MemoryMarshal.Read<ulong>(octets);
        Second = MemoryMarshal.Read<ulong>(octets[8..]);
        Third = MemoryMarshal.Read<uint>(octets[16..]);
    }

    /// <summary>The first octets; zeros behind them.</summary>
    public RuleOctets FirstOctets(int length)
    {
        Span<byte> octets = stackalloc byte[RuleAddress.MaxLength];
        AsSpan()[..length].CopyTo(octets);
        return new RuleOctets(octets);
    }

    public ReadOnlySpan<byte> AsSpan() => MemoryMarshal.AsBytes(new ReadOnlySpan<RuleOctets>(in Unsafe.AsRef(in this)));

    /// <summary>(octets and mask) = value, over all 20: what is shorter counts as continued with zeros (PME-11).</summary>
    public static bool Matches(in RuleOctets octets, in RuleOctets mask, in RuleOctets value) =>
        (
            ((octets.First & mask.First) ^ value.First)
            | ((octets.Second & mask.Second) ^ value.Second)
            | (ulong)((octets.Third & mask.Third) ^ value.Third)
        ) == 0;
}
