using System.Buffers.Binary;
using Rtfm.Model;

namespace Rtfm.Srl.Optimisation;

/// <summary>The 160 bits of a mask or value, to compare them quickly.</summary>
internal readonly record struct Bits(ulong First, ulong Second, uint Third)
{
    public static Bits Of(RuleAddress address) =>
        new(
            BinaryPrimitives.ReadUInt64LittleEndian(address.Padded),
            BinaryPrimitives.ReadUInt64LittleEndian(address.Padded[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(address.Padded[16..])
        );

    public bool IsZero => (First | Second | Third) == 0;

    public static Bits operator &(Bits left, Bits right) => new(left.First & right.First, left.Second & right.Second, left.Third & right.Third);

    public static Bits operator ^(Bits left, Bits right) => new(left.First ^ right.First, left.Second ^ right.Second, left.Third ^ right.Third);

    public static Bits operator ~(Bits bits) => new(~bits.First, ~bits.Second, ~bits.Third);
}
