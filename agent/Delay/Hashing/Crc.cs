using System.Buffers.Binary;

namespace Rtfm.Agent.Delay.Hashing;

/// <summary>CRC-32 of Ethernet, ITU-T V.42, zlib: polynomial 0x04C11DB7, reflected (RFC 5475 §6.2.4.1).</summary>
internal static class Crc
{
    private const uint Polynomial = 0xEDB8_8320;

    private static readonly uint[] Table = MakeTable();

    /// <summary>Octets, and behind them the seed as a private string.</summary>
    public static uint Hash(ReadOnlySpan<byte> octets, uint seed)
    {
        Span<byte> secret = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(secret, seed);
        return ~Add(Add(uint.MaxValue, octets), secret);
    }

    /// <summary>Octets alone.</summary>
    public static uint Hash(ReadOnlySpan<byte> octets) => ~Add(uint.MaxValue, octets);

    private static uint Add(uint crc, ReadOnlySpan<byte> octets)
    {
        foreach (var octet in octets)
            crc = crc >> 8 ^ Table[(byte)(crc ^ octet)];
        return crc;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < table.Length; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ Polynomial : crc >> 1;
            table[i] = crc;
        }
        return table;
    }
}
