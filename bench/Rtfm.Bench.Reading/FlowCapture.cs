using System.Buffers.Binary;

namespace Rtfm.Bench.Reading;

/// <summary>Writes a capture whose packets make as many flows as are wanted: UDP over IPv4, one packet for each, then one more for some of them.</summary>
internal static class FlowCapture
{
    private const int PacketLength = 42;
    private const int RecordLength = 16 + PacketLength;

    /// <summary>2026-01-01T00:00:00Z.</summary>
    private const uint Start = 1_767_225_600;

    /// <param name="spread">The time that the first packets of the flows take.</param>
    /// <param name="changed">How many flows, evenly spread, get one more packet.</param>
    /// <param name="changedAt">When that is, counted from the first packet.</param>
    public static void Write(string path, int flows, TimeSpan spread, int changed = 0, TimeSpan changedAt = default)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        Span<byte> header = stackalloc byte[24];
        header.Clear();
        // pcap, little-endian, microseconds, Ethernet.
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xA1B2_C3D4);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 65_535);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1);
        file.Write(header);
        Span<byte> record = stackalloc byte[RecordLength];
        for (var i = 0; i < flows; i++)
            Add(file, record, i, spread * ((double)i / flows));
        for (var i = 0; i < changed; i++)
            Add(file, record, (int)((long)flows * i / changed), changedAt);
    }

    private static void Add(FileStream file, Span<byte> record, int flow, TimeSpan at)
    {
        record.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(record, Start + (uint)at.TotalSeconds);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)(at.Microseconds + at.Milliseconds * 1_000));
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], PacketLength);
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], PacketLength);
        var packet = record[16..];
        packet[12] = 8; // IPv4
        var ip = packet[14..];
        ip[0] = 0x45;
        ip[3] = PacketLength - 14;
        ip[8] = 64;
        ip[9] = 17; // UDP
        // 200 clients on each of many networks, 50 servers: addresses repeat as they do in traffic.
        BinaryPrimitives.WriteUInt32BigEndian(ip[12..], 0x0A00_0000u + (uint)(flow / 200 % 50_000 * 256 + flow % 200 + 1));
        BinaryPrimitives.WriteUInt32BigEndian(ip[16..], 0xC0A8_0000u + (uint)(flow % 50 + 1));
        BinaryPrimitives.WriteUInt16BigEndian(ip[20..], (ushort)(1_024 + flow % 60_000));
        BinaryPrimitives.WriteUInt16BigEndian(ip[22..], 443);
        ip[25] = PacketLength - 34;
        file.Write(record);
    }
}
