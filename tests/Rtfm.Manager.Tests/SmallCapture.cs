using System.Buffers.Binary;
using System.Net;

namespace Rtfm.Manager.Tests;

/// <summary>A classic pcap file of a few packets, octet by octet.</summary>
internal static class SmallCapture
{
    public static byte[] Of(params byte[][] packets)
    {
        using var file = new MemoryStream();
        Write(file, 0xA1B2C3D4, 0x00040002, 0, 0, 65_535, 1);
        foreach (var packet in packets)
        {
            Write(file, 1_700_000_000, 0, (uint)packet.Length, (uint)packet.Length);
            file.Write(packet);
        }
        return file.ToArray();
    }

    /// <summary>An Ethernet frame with an IPv4 UDP datagram.</summary>
    /// <param name="payload">Octets behind the UDP header.</param>
    public static byte[] Udp(string source, string dest, ushort sourcePort, ushort destPort, int payload)
    {
        var frame = new byte[14 + 20 + 8 + payload];
        frame[12] = 0x08;
        var ip = frame.AsSpan(14);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)ip.Length);
        ip[8] = 64;
        ip[9] = 17;
        IPAddress.Parse(source).TryWriteBytes(ip[12..], out _);
        IPAddress.Parse(dest).TryWriteBytes(ip[16..], out _);
        BinaryPrimitives.WriteUInt16BigEndian(ip[20..], sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(ip[22..], destPort);
        BinaryPrimitives.WriteUInt16BigEndian(ip[24..], (ushort)(8 + payload));
        return frame;
    }

    private static void Write(MemoryStream file, params uint[] numbers)
    {
        Span<byte> octets = stackalloc byte[4];
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(octets, number);
            file.Write(octets);
        }
    }
}
