using System.Runtime.InteropServices;

namespace Rtfm.Agent.Capture;

/// <summary>The part of the C library that packet sockets, and files that must last, need, with the numbers of Linux.</summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    public const int AddressFamilyPacket = 17;
    public const int SocketRaw = 3;
    public const int SocketCooked = 2;
    public const int CloseOnExec = 0x8_0000;
    public const int LevelSocket = 1;
    public const int LevelPacket = 263;

    public const int OptionError = 4;
    public const int OptionAttachFilter = 26;
    public const int PacketAddMembership = 1;
    public const int PacketReceiveRing = 5;
    public const int PacketStatistics = 6;
    public const int PacketVersion = 10;
    public const int PacketTimestamp = 17;
    public const int PacketFanout = 18;

    /// <summary>SOF_TIMESTAMPING_RAW_HARDWARE of linux/net_tstamp.h.</summary>
    public const int TimestampRawHardware = 1 << 6;

    public const uint GetInterfaceFlags = 0x8913;
    public const uint GetHardwareAddress = 0x8927;

    public const int ProtectReadWrite = 3;
    public const int MapShared = 1;
    public const short PollIn = 1;
    public const short PollError = 8;

    public const int NotPermitted = 1;
    public const int OutOfMemory = 12;
    public const int AccessDenied = 13;
    public const int NetworkDown = 100;

    /// <summary>struct ifreq: an interface's name, and one thing to know of it.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 40)]
    public struct InterfaceRequest
    {
        public fixed byte Name[16];

        /// <summary>Its flags, or the ARPHRD_ number of its hardware.</summary>
        public ushort Value;
    }

    /// <summary>struct sockaddr_ll.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 20)]
    public struct LinkAddress
    {
        public ushort Family;
        public ushort ProtocolBigEndian;
        public int Interface;
    }

    /// <summary>struct tpacket_req3.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct RingRequest
    {
        public uint BlockSize;
        public uint BlockCount;
        public uint FrameSize;
        public uint FrameCount;
        public uint RetireMs;
        public uint PrivateSize;
        public uint Features;
    }

    /// <summary>struct packet_mreq.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    public struct Membership
    {
        public const ushort Promiscuous = 1;

        public int Interface;
        public ushort Type;
    }

    /// <summary>struct tpacket_stats_v3.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct RingStatistics
    {
        public uint Packets;
        public uint Drops;
        public uint Freezes;
    }

    /// <summary>struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct FilterProgram
    {
        public ushort Length;
        public FilterInstruction* Instructions;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int descriptor, LinkAddress* address, uint length);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int descriptor, int level, int option, void* value, uint length);

    [LibraryImport(Library, EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetOption(int descriptor, int level, int option, void* value, uint* length);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(int descriptor, nuint request, InterfaceRequest* argument);

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    public static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport(Library, EntryPoint = "munmap")]
    public static partial int Unmap(nint address, nuint length);

    [LibraryImport(Library, EntryPoint = "poll")]
    public static partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport(Library, EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport(Library, EntryPoint = "fsync")]
    public static partial int Flush(int descriptor);

    [LibraryImport(Library, EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint InterfaceIndex(string name);
}
