using System.Buffers.Binary;

namespace Rtfm.Bench.Traces;

/// <summary>RFC 1071. Payloads are zeros, which add nothing: the headers decide every checksum.</summary>
internal static class InternetChecksum
{
    public static uint Sum(ReadOnlySpan<byte> octets, uint sum = 0)
    {
        for (var i = 0; i < octets.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(octets[i..]);
        return sum;
    }

    public static ushort Of(uint sum)
    {
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }
}
