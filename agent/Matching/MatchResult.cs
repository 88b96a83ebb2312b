using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rtfm.Agent.Matching;

/// <summary>What became of a packet in one rule set.</summary>
public enum MatchedAs : byte
{
    /// <summary>It was not matched: no match key could be made.</summary>
    Unparsed,

    /// <summary>Success at the first attempt.</summary>
    Forward,

    /// <summary>Success at the second attempt: source and dest exchanged.</summary>
    Reversed,

    Ignored,
    Unmatched,

    /// <summary>Only within a rule program: the attempt failed since the rule set is broken (AMB-33); it ends as no match.</summary>
    Fault,
}

/// <summary>One packet's outcome and flow key, on its way from the matching engine to the flow table.</summary>
/// <remarks>
/// <code>
///  0  Outcome  KeyLength     1 octet each; then Shape, 2 octets
///  4  Hash     of the key, the same for the reversed key
///  8  Row      where the flow may be; the flow table's own note
/// 16  Index    that flow's index
/// 20  Plan     which queue of pushes made the key
/// 24  the key's octets
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = Length)]
internal unsafe struct MatchResult
{
    public const int Length = 208;
    public const int KeyOffset = 24;
    public const int ShapeOffset = 2;
    public const int PlanOffset = 20;

    /// <summary>The rule set makes too many different shapes: the packet's flow has no name.</summary>
    public const ushort NoShape = ushort.MaxValue;

    public MatchedAs Outcome;
    public byte KeyLength;
    public ushort Shape;
    public uint Hash;
    public byte* Row;
    public uint Index;
    public int Plan;
    private KeyOctets _key;

    /// <summary>The flow key's octets.</summary>
    public readonly ReadOnlySpan<byte> Key => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AsRef(in _key[0]), KeyLength);

    public void SetKey(in FlowKey key)
    {
        Shape = key.Shape is { } shape ? (ushort)shape.Id : NoShape;
        KeyLength = (byte)key.Octets.Length;
        key.Octets.CopyTo(_key);
    }

    [InlineArray(FlowKey.MaxLength)]
    private struct KeyOctets
    {
        private byte _element0;
    }
}
