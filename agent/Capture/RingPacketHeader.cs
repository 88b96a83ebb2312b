using System.Runtime.InteropServices;

namespace Rtfm.Agent.Capture;

/// <summary>What stands before each packet of the kernel's ring: struct tpacket3_hdr and, behind it, struct sockaddr_ll.</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
internal unsafe struct RingPacketHeader
{
    public const int Size = 68;

    /// <summary>From this header to the next; 0 in the last one of a block.</summary>
    public uint NextOffset;
    public uint Seconds;
    public uint Nanoseconds;
    public uint CapturedLength;
    public uint WireLength;
    public uint Status;

    /// <summary>From this header to the link header; to the network header where the socket is a cooked one.</summary>
    public ushort LinkOffset;
    public ushort NetworkOffset;
    public uint Hash;

    /// <summary>The tag that was taken out of the frame; TCI and TPID are 0 where there was none.</summary>
    public uint VlanTci;
    public ushort VlanTpid;
    public ushort Padding;
    public ulong MorePadding;

    public ushort AddressFamily;

    /// <summary>In network byte order, as the parts of a cooked header are.</summary>
    public ushort Protocol;
    public int Interface;
    public ushort HardwareType;
    public byte PacketType;
    public byte AddressLength;
    public fixed byte Address[8];
}
