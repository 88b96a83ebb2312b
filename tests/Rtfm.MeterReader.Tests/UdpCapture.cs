using System.Buffers.Binary;

namespace Rtfm.MeterReader.Tests;

/// <summary>Makes capture files (classic pcap, raw IPv4) of UDP packets, as many flows as asked for.</summary>
internal static class UdpCapture
{
    private const int PacketLength = 28;
    private const uint RawIp = 101;

    /// <param name="packets">Packet n belongs to flow n modulo <paramref name="flows"/>.</param>
    /// <param name="duration">From the first packet to the last.</param>
    public static void Write(string path, int flows, int packets, TimeSpan duration)
    {
        using var file = new BufferedStream(File.Create(path), 1 << 20);
        Span<byte> header = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xA1B2C3D4);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 65_535);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], RawIp);
        file.Write(header);
        Span<byte> record = stackalloc byte[16 + PacketLength];
        for (var n = 0; n < packets; n++)
        {
            record.Clear();
            var at = duration * ((double)n / packets);
            var flow = n % flows;
            BinaryPrimitives.WriteUInt32LittleEndian(record, 1_700_000_000 + (uint)at.TotalSeconds);
            BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)(at.Ticks / 10 % 1_000_000));
            BinaryPrimitives.WriteUInt32LittleEndian(record[8..], PacketLength);
            BinaryPrimitives.WriteUInt32LittleEndian(record[12..], PacketLength);
            var ip = record[16..];
            ip[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(ip[2..], PacketLength);
            ip[8] = 64;
            ip[9] = 17;
            BinaryPrimitives.WriteUInt32BigEndian(ip[12..], 0x0A000000 + (uint)flow + 1);
            BinaryPrimitives.WriteUInt32BigEndian(ip[16..], 0xC0000201);
            BinaryPrimitives.WriteUInt16BigEndian(ip[20..], 40_000);
            BinaryPrimitives.WriteUInt16BigEndian(ip[22..], 53);
            BinaryPrimitives.WriteUInt16BigEndian(ip[24..], 8);
            file.Write(record);
        }
    }
}
