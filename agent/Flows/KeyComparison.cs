using System.Runtime.CompilerServices;
using Rtfm.Agent.Matching;

namespace Rtfm.Agent.Flows;

/// <summary>Compares flow keys with each other.</summary>
internal static unsafe class KeyComparison
{
    /// <summary>Whether another key is this one, or this one with source and dest exchanged.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compare(KeyShape shape, byte* key, byte* other, out bool isSame, out bool isReverse)
    {
        var side = shape.SideLength;
        if (side < sizeof(ulong))
        {
            isSame = IsSame(shape.Length, key, other);
            isReverse = !isSame && IsReverse(shape, key, other);
            return;
        }
        var (straight, crossed) = (0ul, 0ul);
        var last = side - sizeof(ulong);
        // The last word overlaps the one before where a side is not made of whole words.
        for (var at = 0; ; at = Math.Min(at + sizeof(ulong), last))
        {
            var (source, dest) = (*(ulong*)(key + at), *(ulong*)(key + side + at));
            var (otherSource, otherDest) = (*(ulong*)(other + at), *(ulong*)(other + side + at));
            straight |= source ^ otherSource | dest ^ otherDest;
            crossed |= source ^ otherDest | dest ^ otherSource;
            if (at == last)
                break;
        }
        (isSame, isReverse) = (straight == 0, crossed == 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsSame(int length, byte* left, byte* right)
    {
        // Keys are a few words: a call to compare them takes longer than to do it.
        for (; length >= 8; length -= 8, left += 8, right += 8)
        {
            if (*(ulong*)left != *(ulong*)right)
                return false;
        }
        if ((length & 4) != 0)
        {
            if (*(uint*)left != *(uint*)right)
                return false;
            left += 4;
            right += 4;
        }
        if ((length & 2) != 0)
        {
            if (*(ushort*)left != *(ushort*)right)
                return false;
            left += 2;
            right += 2;
        }
        return (length & 1) == 0 || *left == *right;
    }

    /// <summary>Whether <paramref name="other"/> is the key with source and dest exchanged (PME-02).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsReverse(KeyShape shape, byte* key, byte* other)
    {
        var (source, dest) = (shape.SourceLength, shape.DestLength);
        var rest = shape.Length - source - dest;
        return IsSame(source, key, other + dest) && IsSame(dest, key + source, other) && IsSame(rest, key + source + dest, other + source + dest);
    }
}
