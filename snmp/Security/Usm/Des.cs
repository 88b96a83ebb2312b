namespace Rtfm.Snmp.Security.Usm;

/// <summary>DES in cipher block chaining mode (FIPS 46-3, FIPS 81), which many devices still have and platforms' libraries no longer do.</summary>
/// <remarks>Broken since long: for devices that have nothing better.</remarks>
internal sealed class Des
{
    public const int BlockLength = 8;
    private const int Rounds = 16;

    private readonly ulong[] _roundKeys = new ulong[Rounds];

    /// <param name="key">8 octets; the lowest bit of each is not used.</param>
    public Des(ReadOnlySpan<byte> key)
    {
        var selected = Permute(Read(key), KeySelection, 64);
        var (left, right) = ((uint)(selected >> 28), (uint)(selected & 0xFFF_FFFF));
        for (var round = 0; round < Rounds; round++)
        {
            // One place in the first two rounds, the ninth and the last; two in all others.
            var places = round is 0 or 1 or 8 or 15 ? 1 : 2;
            left = (left << places | left >> (28 - places)) & 0xFFF_FFFF;
            right = (right << places | right >> (28 - places)) & 0xFFF_FFFF;
            _roundKeys[round] = Permute((ulong)left << 28 | right, RoundKeySelection, 56);
        }
    }

    /// <summary>Encrypts whole blocks in place.</summary>
    public void Encrypt(Span<byte> data, ulong initial)
    {
        for (var previous = initial; !data.IsEmpty; data = data[BlockLength..])
        {
            previous = Block(Read(data) ^ previous, isDecrypting: false);
            Write(data, previous);
        }
    }

    /// <summary>Decrypts whole blocks in place.</summary>
    public void Decrypt(Span<byte> data, ulong initial)
    {
        for (var previous = initial; !data.IsEmpty; data = data[BlockLength..])
        {
            var encrypted = Read(data);
            Write(data, Block(encrypted, isDecrypting: true) ^ previous);
            previous = encrypted;
        }
    }

    private static ulong Read(ReadOnlySpan<byte> octets) => System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(octets);

    private static void Write(Span<byte> octets, ulong value) => System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(octets, value);

    private ulong Block(ulong block, bool isDecrypting)
    {
        var mixed = Permute(block, InitialPermutation, 64);
        var (left, right) = ((uint)(mixed >> 32), (uint)mixed);
        for (var round = 0; round < Rounds; round++)
        {
            var key = _roundKeys[isDecrypting ? Rounds - 1 - round : round];
            (left, right) = (right, left ^ Mix(right, key));
        }
        return Permute((ulong)right << 32 | left, FinalPermutation, 64);
    }

    /// <summary>The cipher function: eight groups of six overlapping bits, each through its S-box.</summary>
    private static uint Mix(uint half, ulong key)
    {
        // Bit 32, 1 to 32, 1: each group is six bits in a row, beginning four after the one before.
        var ring = (ulong)(half & 1) << 33 | (ulong)half << 1 | half >> 31;
        var mixed = 0u;
        for (var box = 0; box < 8; box++)
        {
            var six = (int)((ring >> (28 - 4 * box)) & 0x3F) ^ (int)((key >> (42 - 6 * box)) & 0x3F);
            mixed |= Substituted[box * 64 + six];
        }
        return mixed;
    }

    /// <summary>Bit i of the result, from the top, is bit table[i] of the value, counted from the top and from 1.</summary>
    private static ulong Permute(ulong value, ReadOnlySpan<byte> table, int width)
    {
        var permuted = 0ul;
        foreach (var from in table)
            permuted = permuted << 1 | ((value >> (width - from)) & 1);
        return permuted;
    }

    /// <summary>What each S-box makes of each six bits, already permuted.</summary>
    private static readonly uint[] Substituted = MakeSubstituted();

    private static uint[] MakeSubstituted()
    {
        var made = new uint[8 * 64];
        for (var box = 0; box < 8; box++)
        {
            for (var six = 0; six < 64; six++)
            {
                // The outer bits choose the row, the inner four the column.
                var row = (six >> 4 & 2) | (six & 1);
                var column = six >> 1 & 0xF;
                ulong four = Boxes[box * 64 + row * 16 + column];
                made[box * 64 + six] = (uint)Permute(four << (28 - 4 * box), Permutation, 32);
            }
        }
        return made;
    }

    // csharpier-ignore-start
    private static ReadOnlySpan<byte> InitialPermutation =>
    [
        58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4, 62, 54, 46, 38, 30, 22, 14, 6, 64, 56, 48, 40, 32, 24, 16, 8,
        57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3, 61, 53, 45, 37, 29, 21, 13, 5, 63, 55, 47, 39, 31, 23, 15, 7,
    ];

    private static ReadOnlySpan<byte> FinalPermutation =>
    [
        40, 8, 48, 16, 56, 24, 64, 32, 39, 7, 47, 15, 55, 23, 63, 31, 38, 6, 46, 14, 54, 22, 62, 30, 37, 5, 45, 13, 53, 21, 61, 29,
        36, 4, 44, 12, 52, 20, 60, 28, 35, 3, 43, 11, 51, 19, 59, 27, 34, 2, 42, 10, 50, 18, 58, 26, 33, 1, 41, 9, 49, 17, 57, 25,
    ];

    private static ReadOnlySpan<byte> Permutation =>
        [16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25];

    private static ReadOnlySpan<byte> KeySelection =>
    [
        57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
        63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
    ];

    private static ReadOnlySpan<byte> RoundKeySelection =>
    [
        14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
        41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
    ];

    private static ReadOnlySpan<byte> Boxes =>
    [
        14, 4, 13, 1, 2, 15, 11, 8, 3, 10, 6, 12, 5, 9, 0, 7, 0, 15, 7, 4, 14, 2, 13, 1, 10, 6, 12, 11, 9, 5, 3, 8,
        4, 1, 14, 8, 13, 6, 2, 11, 15, 12, 9, 7, 3, 10, 5, 0, 15, 12, 8, 2, 4, 9, 1, 7, 5, 11, 3, 14, 10, 0, 6, 13,

        15, 1, 8, 14, 6, 11, 3, 4, 9, 7, 2, 13, 12, 0, 5, 10, 3, 13, 4, 7, 15, 2, 8, 14, 12, 0, 1, 10, 6, 9, 11, 5,
        0, 14, 7, 11, 10, 4, 13, 1, 5, 8, 12, 6, 9, 3, 2, 15, 13, 8, 10, 1, 3, 15, 4, 2, 11, 6, 7, 12, 0, 5, 14, 9,

        10, 0, 9, 14, 6, 3, 15, 5, 1, 13, 12, 7, 11, 4, 2, 8, 13, 7, 0, 9, 3, 4, 6, 10, 2, 8, 5, 14, 12, 11, 15, 1,
        13, 6, 4, 9, 8, 15, 3, 0, 11, 1, 2, 12, 5, 10, 14, 7, 1, 10, 13, 0, 6, 9, 8, 7, 4, 15, 14, 3, 11, 5, 2, 12,

        7, 13, 14, 3, 0, 6, 9, 10, 1, 2, 8, 5, 11, 12, 4, 15, 13, 8, 11, 5, 6, 15, 0, 3, 4, 7, 2, 12, 1, 10, 14, 9,
        10, 6, 9, 0, 12, 11, 7, 13, 15, 1, 3, 14, 5, 2, 8, 4, 3, 15, 0, 6, 10, 1, 13, 8, 9, 4, 5, 11, 12, 7, 2, 14,

        2, 12, 4, 1, 7, 10, 11, 6, 8, 5, 3, 15, 13, 0, 14, 9, 14, 11, 2, 12, 4, 7, 13, 1, 5, 0, 15, 10, 3, 9, 8, 6,
        4, 2, 1, 11, 10, 13, 7, 8, 15, 9, 12, 5, 6, 3, 0, 14, 11, 8, 12, 7, 1, 14, 2, 13, 6, 15, 0, 9, 10, 4, 5, 3,

        12, 1, 10, 15, 9, 2, 6, 8, 0, 13, 3, 4, 14, 7, 5, 11, 10, 15, 4, 2, 7, 12, 9, 5, 6, 1, 13, 14, 0, 11, 3, 8,
        9, 14, 15, 5, 2, 8, 12, 3, 7, 0, 4, 10, 1, 13, 11, 6, 4, 3, 2, 12, 9, 5, 15, 10, 11, 14, 1, 7, 6, 0, 8, 13,

        4, 11, 2, 14, 15, 0, 8, 13, 3, 12, 9, 7, 5, 10, 6, 1, 13, 0, 11, 7, 4, 9, 1, 10, 14, 3, 5, 12, 2, 15, 8, 6,
        1, 4, 11, 13, 12, 3, 7, 14, 10, 15, 6, 8, 0, 5, 9, 2, 6, 11, 13, 8, 1, 4, 10, 7, 9, 5, 0, 15, 14, 2, 3, 12,

        13, 2, 8, 4, 6, 15, 11, 1, 10, 9, 3, 14, 5, 0, 12, 7, 1, 15, 13, 8, 10, 3, 7, 4, 12, 5, 6, 11, 0, 14, 9, 2,
        7, 11, 4, 1, 9, 12, 14, 2, 0, 6, 10, 13, 15, 3, 5, 8, 2, 1, 14, 7, 4, 10, 8, 13, 15, 12, 9, 0, 3, 5, 6, 11,
    ];
    // csharpier-ignore-end
}
