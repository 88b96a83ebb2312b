using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Rtfm.Agent.Capture;

namespace Rtfm.Bench.Agent;

/// <summary>A packet of each of many flows: UDP over IPv4 in Ethernet, handed out batch by batch, over and over.</summary>
internal sealed unsafe class UdpFrames : IDisposable
{
    private const int FrameLength = 64;

    private readonly CapturedPacket[] _packets;
    private readonly byte* _frames;

    /// <param name="flows">A multiple of the size of a batch.</param>
    public UdpFrames(int flows)
    {
        _frames = (byte*)NativeMemory.AllocZeroed((nuint)flows, FrameLength);
        _packets = new CapturedPacket[flows];
        for (var i = 0; i < flows; i++)
        {
            Write(new Span<byte>(_frames + i * FrameLength, FrameLength), client: i);
            _packets[i] = new()
            {
                Data = _frames + i * FrameLength,
                CapturedLength = FrameLength,
                WireLength = FrameLength,
                Interface = 1,
                LinkType = LinkType.Ethernet,
            };
        }
    }

    public ReadOnlySpan<CapturedPacket> Packets => _packets;

    public void Dispose() => NativeMemory.Free(_frames);

    private static void Write(Span<byte> frame, int client)
    {
        BinaryPrimitives.WriteUInt16BigEndian(frame[12..], 0x0800);
        var ip = frame[14..];
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], FrameLength - 14);
        ip[8] = 64;
        ip[9] = 17;
        BinaryPrimitives.WriteUInt32BigEndian(ip[12..], 0x0A00_0000 + (uint)client);
        BinaryPrimitives.WriteUInt32BigEndian(ip[16..], 0xC0A8_0001);
        var udp = ip[20..];
        BinaryPrimitives.WriteUInt16BigEndian(udp, (ushort)(1024 + client % 50_000));
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], 53);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], FrameLength - 34);
    }
}
