using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Rtfm.Agent.Delay.Hashing;

/// <summary>The BOB hash function (RFC 5475 A.2), one input at a time: the reference for <see cref="BobLanes"/>.</summary>
internal static class Bob
{
    /// <summary>Octets that are mixed in together.</summary>
    public const int BlockLength = 12;

    public const uint GoldenRatio = 0x9E37_79B9;

    /// <param name="second">Another 32 bits of the same state, for which the function did as much: with the hash, 64 bits.</param>
    public static uint Hash(ReadOnlySpan<byte> octets, uint seed, out uint second)
    {
        var (a, b, c) = (GoldenRatio, GoldenRatio, seed);
        var left = octets;
        for (; left.Length >= BlockLength; left = left[BlockLength..])
        {
            a += BinaryPrimitives.ReadUInt32LittleEndian(left);
            b += BinaryPrimitives.ReadUInt32LittleEndian(left[4..]);
            c += BinaryPrimitives.ReadUInt32LittleEndian(left[8..]);
            Mix(ref a, ref b, ref c);
        }
        Span<byte> last = stackalloc byte[BlockLength];
        last.Clear();
        left.CopyTo(last);
        a += BinaryPrimitives.ReadUInt32LittleEndian(last);
        b += BinaryPrimitives.ReadUInt32LittleEndian(last[4..]);
        // The lowest octet of c is the length's.
        c += (BinaryPrimitives.ReadUInt32LittleEndian(last[8..]) << 8) + (uint)octets.Length;
        Mix(ref a, ref b, ref c);
        second = b;
        return c;
    }

    /// <summary>Three words, reversibly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref uint a, ref uint b, ref uint c)
    {
        a = (a - b - c) ^ (c >> 13);
        b = (b - c - a) ^ (a << 8);
        c = (c - a - b) ^ (b >> 13);
        a = (a - b - c) ^ (c >> 12);
        b = (b - c - a) ^ (a << 16);
        c = (c - a - b) ^ (b >> 5);
        a = (a - b - c) ^ (c >> 3);
        b = (b - c - a) ^ (a << 10);
        c = (c - a - b) ^ (b >> 15);
    }
}
