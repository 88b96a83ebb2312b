using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rtfm.Agent.Delay.Hashing;

/// <summary>The BOB hash function (RFC 5475 A.2) of sixteen inputs of one length at once, each in a lane of its own.</summary>
/// <remarks>
/// Each step of the function waits for the one before: 44 octets take some 40 ns one by one, and 2 ns each in sixteen lanes. Where registers have eight, there are two of each: while a step of one
/// waits, that of the other is done.
/// </remarks>
internal static unsafe class BobLanes
{
    /// <summary>Inputs that are hashed together.</summary>
    public const int Count = 16;

    /// <summary>Words that inputs of that length take, the last block filled up.</summary>
    public static int WordsOf(int length) => (length / Bob.BlockLength + 1) * (Bob.BlockLength / sizeof(uint));

    /// <summary>Hashes <see cref="Count"/> inputs.</summary>
    /// <param name="words">The inputs' words, little-endian: the first of each, the second of each, and so on, <see cref="WordsOf"/> in all; zero behind the inputs' end.</param>
    /// <param name="length">Octets of each input.</param>
    /// <param name="hashes">Receives the hash of each.</param>
    /// <param name="seconds">Receives what <see cref="Bob.Hash"/> gives beside it.</param>
    public static void Hash(uint* words, int length, uint seed, uint* hashes, uint* seconds)
    {
        var (a, b, c) = (Vector512.Create(Bob.GoldenRatio), Vector512.Create(Bob.GoldenRatio), Vector512.Create(seed));
        for (var left = length; left >= Bob.BlockLength; left -= Bob.BlockLength, words += 3 * Count)
        {
            a += Vector512.Load(words);
            b += Vector512.Load(words + Count);
            c += Vector512.Load(words + 2 * Count);
            Mix(ref a, ref b, ref c);
        }
        a += Vector512.Load(words);
        b += Vector512.Load(words + Count);
        // The lowest octet of c is the length's.
        c += (Vector512.Load(words + 2 * Count) << 8) + Vector512.Create((uint)length);
        Mix(ref a, ref b, ref c);
        c.Store(hashes);
        b.Store(seconds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref Vector512<uint> a, ref Vector512<uint> b, ref Vector512<uint> c)
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
