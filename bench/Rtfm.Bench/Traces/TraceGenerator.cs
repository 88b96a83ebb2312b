using System.Buffers.Binary;

namespace Rtfm.Bench.Traces;

/// <summary>Writes a trace as a pcap file, microseconds, Ethernet. Memory grows with the flows, not with the packets.</summary>
internal sealed class TraceGenerator(TraceParameters parameters)
{
    private const int FileHeaderLength = 24;
    private const int RecordHeaderLength = 16;
    private const int MinFrameLength = 60;

    /// <summary>On a boundary of five minutes: meters that rotate their files by the clock do not in the middle of a trace.</summary>
    private const long StartSecond = 1_700_000_100;

    private readonly FlowProgress[] _progress = new FlowProgress[parameters.Flows];
    private readonly ZipfDistribution _ranks = new(parameters.Flows, parameters.ZipfExponent);
    private RandomNumbers _random = new(parameters.Seed);

    /// <summary>Packets written, one call for each hundredth of them.</summary>
    public Action<long>? Progressed { get; init; }

    /// <summary>Returns the number of flows that got packets.</summary>
    public int Write(Stream file)
    {
        var recordLength = RecordHeaderLength + Math.Max(parameters.CapturedLength, FrameWriter.MaxHeaderLength);
        var buffer = new byte[1 << 20];
        var filled = WriteFileHeader(buffer);
        var nanoseconds = 0L;
        var meanGap = 1_000_000_000u / (uint)parameters.PacketsPerSecond;
        var tick = Math.Max(parameters.Packets / 100, 1);
        for (var i = 0L; i < parameters.Packets; i++)
        {
            if (buffer.Length - filled < recordLength)
            {
                file.Write(buffer, 0, filled);
                filled = 0;
            }
            nanoseconds += _random.Below(2 * meanGap);
            var record = buffer.AsSpan(filled, recordLength);
            record.Clear();
            filled += WriteRecord(record, nanoseconds / 1_000);
            if ((i + 1) % tick == 0)
                Progressed?.Invoke(i + 1);
        }
        file.Write(buffer, 0, filled);
        return _progress.Count(flow => flow.FromClient != 0);
    }

    private int WriteFileHeader(Span<byte> header)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xA1B2_C3D4);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], (uint)parameters.CapturedLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1);
        return FileHeaderLength;
    }

    private int WriteRecord(Span<byte> record, long microseconds)
    {
        var rank = _ranks.Draw(ref _random);
        var flow = new FlowIdentity(rank, parameters);
        var packet = new NextPacket(flow, ref _progress[rank], ref _random);
        var headerLength = FrameWriter.Write(record[RecordHeaderLength..], flow, packet, (uint)(microseconds / 1_000));
        var wireLength = Math.Max(headerLength + packet.PayloadLength, MinFrameLength);
        var capturedLength = Math.Min(wireLength, parameters.CapturedLength);
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(StartSecond + microseconds / 1_000_000));
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)(microseconds % 1_000_000));
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], (uint)capturedLength);
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], (uint)wireLength);
        return RecordHeaderLength + capturedLength;
    }
}
