using System.Runtime.CompilerServices;
using Rtfm.Agent.Matching;

namespace Rtfm.Agent.Flows;

/// <summary>The hash of a flow key: the same for the key and its reverse, so that one search finds a flow in either direction.</summary>
internal static unsafe class KeyHash
{
    private const ulong First = 0xA076_1D64_78BD_642F;
    private const ulong Second = 0xE703_7ED1_A0B4_28DB;

    /// <param name="key">At least the shape's length, rounded up to whole words, can be read.</param>
    /// <param name="seed">Secret, so that nobody can make packets whose keys collide.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of(KeyShape shape, byte* key, ulong seed) =>
        shape.IsTwoWords ? Finish(Mix(*(ulong*)key ^ seed, First) + Mix(*(ulong*)(key + 8) ^ seed, First), seed, shape) : OfParts(shape, key, seed);

    private static uint OfParts(KeyShape shape, byte* key, ulong seed)
    {
        var sides = Part(key, shape.SourceLength, seed) + Part(key + shape.SourceLength, shape.DestLength, seed);
        var both = shape.SourceLength + shape.DestLength;
        return Finish(sides ^ Part(key + both, shape.Length - both, ~seed), seed, shape);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Part(byte* octets, int length, ulong seed)
    {
        var hash = seed;
        for (; length >= 8; length -= 8, octets += 8)
            hash = Mix(*(ulong*)octets ^ hash, First);
        if (length > 0)
            hash = Mix((*(ulong*)octets & ((1ul << length * 8) - 1)) ^ hash, Second);
        return hash;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Finish(ulong hash, ulong seed, KeyShape shape) => (uint)(Mix(hash ^ (ulong)shape.PairNumber, Second ^ seed) >> 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong value, ulong by)
    {
        var high = Math.BigMul(value, by, out var low);
        return high ^ low;
    }
}
