using System.Runtime.InteropServices;

namespace Rtfm.Agent.Capture;

/// <summary>How a block of the kernel's ring begins: struct tpacket_block_desc of linux/if_packet.h.</summary>
[StructLayout(LayoutKind.Sequential, Size = 48)]
internal struct RingBlockHeader
{
    /// <summary>The block belongs to the reader; without it, to the kernel.</summary>
    public const uint StatusUser = 1;

    public uint Version;
    public uint OffsetToPrivate;
    public uint Status;
    public uint PacketCount;
    public uint OffsetToFirstPacket;
    public uint Length;
}
