using System.Buffers.Binary;
using System.Numerics;

namespace Rtfm.Snmp.Security.Usm;

/// <summary>SHA-224 (FIPS 180-4 §6.3), which the platform does not have, and HMAC with it (RFC 2104).</summary>
internal static class Sha224
{
    public const int HashLength = 28;
    private const int BlockLength = 64;

    private static readonly uint[] Start = [0xC1059ED8, 0x367CD507, 0x3070DD17, 0xF70E5939, 0xFFC00B31, 0x68581511, 0x64F98FA7, 0xBEFA4FA4];

    /// <summary>The first 32 bits of the fractional parts of the cube roots of the first 64 primes.</summary>
    private static readonly uint[] Constants = MakeConstants();

    public static void HashData(ReadOnlySpan<byte> source, Span<byte> hash) => Hash([], source, hash);

    /// <param name="key">At most one block; longer ones are hashed first.</param>
    public static void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> source, Span<byte> hash)
    {
        Span<byte> inner = stackalloc byte[BlockLength];
        Span<byte> outer = stackalloc byte[BlockLength + HashLength];
        inner.Clear();
        if (key.Length > BlockLength)
            HashData(key, inner);
        else
            key.CopyTo(inner);
        for (var i = 0; i < BlockLength; i++)
        {
            outer[i] = (byte)(inner[i] ^ 0x5C);
            inner[i] ^= 0x36;
        }
        Hash(inner, source, outer[BlockLength..]);
        Hash([], outer, hash);
    }

    /// <summary>Hashes whole blocks, then the rest.</summary>
    private static void Hash(ReadOnlySpan<byte> blocks, ReadOnlySpan<byte> source, Span<byte> hash)
    {
        Span<uint> state = stackalloc uint[8];
        Start.CopyTo(state);
        var length = (ulong)(blocks.Length + source.Length) * 8;
        for (; !blocks.IsEmpty; blocks = blocks[BlockLength..])
            Compress(state, blocks[..BlockLength]);
        for (; source.Length >= BlockLength; source = source[BlockLength..])
            Compress(state, source[..BlockLength]);
        // What is left, a one bit, zeros, and the length in bits: one block or two.
        Span<byte> last = stackalloc byte[2 * BlockLength];
        last.Clear();
        source.CopyTo(last);
        last[source.Length] = 0x80;
        var end = source.Length + 9 <= BlockLength ? BlockLength : 2 * BlockLength;
        BinaryPrimitives.WriteUInt64BigEndian(last[(end - 8)..], length);
        for (var at = 0; at < end; at += BlockLength)
            Compress(state, last.Slice(at, BlockLength));
        for (var i = 0; i < HashLength / 4; i++)
            BinaryPrimitives.WriteUInt32BigEndian(hash[(i * 4)..], state[i]);
    }

    private static void Compress(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> words = stackalloc uint[64];
        for (var i = 0; i < 16; i++)
            words[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(i * 4)..]);
        for (var i = 16; i < 64; i++)
        {
            var (low, high) = (words[i - 15], words[i - 2]);
            var first = BitOperations.RotateRight(low, 7) ^ BitOperations.RotateRight(low, 18) ^ low >> 3;
            var second = BitOperations.RotateRight(high, 17) ^ BitOperations.RotateRight(high, 19) ^ high >> 10;
            words[i] = words[i - 16] + first + words[i - 7] + second;
        }
        var (a, b, c, d, e, f, g, h) = (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]);
        for (var i = 0; i < 64; i++)
        {
            var sum = BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25);
            var first = h + sum + (e & f ^ ~e & g) + Constants[i] + words[i];
            var second =
                (BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22)) + (a & b ^ a & c ^ b & c);
            (h, g, f, e, d, c, b, a) = (g, f, e, d + first, c, b, a, first + second);
        }
        ReadOnlySpan<uint> mixed = [a, b, c, d, e, f, g, h];
        for (var i = 0; i < 8; i++)
            state[i] += mixed[i];
    }

    private static uint[] MakeConstants()
    {
        var constants = new uint[64];
        var count = 0;
        for (var candidate = 2; count < constants.Length; candidate++)
        {
            if (IsPrime(candidate))
                constants[count++] = CubeRootFraction(candidate);
        }
        return constants;
    }

    private static bool IsPrime(int number)
    {
        for (var divisor = 2; divisor * divisor <= number; divisor++)
        {
            if (number % divisor == 0)
                return false;
        }
        return true;
    }

    /// <summary>The largest 32-bit fraction whose cube, with the whole part, does not exceed the number.</summary>
    private static uint CubeRootFraction(int number)
    {
        var cube = (BigInteger)number << 96;
        BigInteger root = 0;
        for (var bit = 35; bit >= 0; bit--)
        {
            var larger = root | BigInteger.One << bit;
            if (larger * larger * larger <= cube)
                root = larger;
        }
        return (uint)(root & uint.MaxValue);
    }
}
