using System.Numerics;
using System.Runtime.CompilerServices;

namespace Rtfm.Agent.Delay.Hashing;

/// <summary>The BOB hash function of several inputs at once, one in each lane of a vector register.</summary>
/// <remarks>Each step of the function waits for the one before: 60 octets take some 60 ns one by one, and 5 ns each in eight lanes.</remarks>
internal static class BobLanes
{
    /// <summary>Inputs that are hashed together.</summary>
    public static int Count => Vector<uint>.Count;

    /// <summary>Hashes <see cref="Count"/> inputs.</summary>
    /// <param name="words">The inputs' words, little-endian: the first of each, the second of each, and so on. Zero behind an input's end, up to the end of its last block.</param>
    /// <param name="lengths">Octets of each input.</param>
    /// <param name="longest">The greatest of them.</param>
    /// <param name="hashes">Receives the hash of each.</param>
    /// <param name="seconds">Receives what <see cref="Bob.Hash"/> gives beside it.</param>
    public static void Hash(ReadOnlySpan<uint> words, ReadOnlySpan<uint> lengths, int longest, uint seed, Span<uint> hashes, Span<uint> seconds)
    {
        var length = new Vector<uint>(lengths);
        var (a, b, c) = (new Vector<uint>(Bob.GoldenRatio), new Vector<uint>(Bob.GoldenRatio), new Vector<uint>(seed));
        var (hash, second) = (Vector<uint>.Zero, Vector<uint>.Zero);
        var block = 3 * Vector<uint>.Count;
        for (var begin = 0; begin <= longest; begin += Bob.BlockLength, words = words[block..])
        {
            // An input's last block has fewer than 12 octets, perhaps none; its length goes into the octet that stays free.
            var isLast = Vector.LessThan(length, new Vector<uint>((uint)begin + Bob.BlockLength));
            var third = new Vector<uint>(words[(2 * Vector<uint>.Count)..]);
            a += new Vector<uint>(words);
            b += new Vector<uint>(words[Vector<uint>.Count..]);
            c += Vector.ConditionalSelect(isLast, (third << 8) + length, third);
            Mix(ref a, ref b, ref c);
            // What is done to a lane behind its input's end is not taken.
            var isEnd = isLast & Vector.GreaterThanOrEqual(length, new Vector<uint>((uint)begin));
            hash = Vector.ConditionalSelect(isEnd, c, hash);
            second = Vector.ConditionalSelect(isEnd, b, second);
        }
        hash.CopyTo(hashes);
        second.CopyTo(seconds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref Vector<uint> a, ref Vector<uint> b, ref Vector<uint> c)
    {
        a = (a - b - c) ^ (c >>> 13);
        b = (b - c - a) ^ (a << 8);
        c = (c - a - b) ^ (b >>> 13);
        a = (a - b - c) ^ (c >>> 12);
        b = (b - c - a) ^ (a << 16);
        c = (c - a - b) ^ (b >>> 5);
        a = (a - b - c) ^ (c >>> 3);
        b = (b - c - a) ^ (a << 10);
        c = (c - a - b) ^ (b >>> 15);
    }
}
