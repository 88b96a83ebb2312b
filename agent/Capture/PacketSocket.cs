using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Rtfm.Agent.Capture;

/// <summary>A packet socket at one interface and the ring of blocks that the kernel fills for it: packet(7), TPACKET_V3.</summary>
internal sealed unsafe class PacketSocket : IDisposable
{
    /// <summary>A block that is not full goes to the reader after this time: the most that a packet waits.</summary>
    public const int RetireMs = 50;

    /// <summary>At least this many octets: some hundred packets per hand-over, and still warm in a cache of the second level.</summary>
    private const int SmallestBlock = 256 << 10;

    private const int TpacketV3 = 2;
    private const ushort EveryProtocol = 3;

    private readonly RingOptions _options;
    private readonly int _descriptor;
    private nint _ring;

    /// <exception cref="CaptureException">The interface cannot be captured at: the message says why and what helps.</exception>
    public PacketSocket(RingOptions options)
    {
        _options = options;
        IfIndex = NetworkInterfaces.IndexOf(options.Interface);
        if (IfIndex == 0)
            throw Fault($"no such interface. There are: {string.Join(", ", NetworkInterfaces.Names())}.");
        var hardware = AskHardware();
        LinkType = LinkTypeOf(hardware);
        _descriptor = Open(LinkType == LinkType.Ethernet ? Libc.SocketRaw : Libc.SocketCooked);
        try
        {
            if (options.HasHardwareTimestamps)
                UseHardwareTimestamps();
            MakeRing();
            Bind();
            if (options.IsPromiscuous && hardware != HardwareType.Loopback)
                BePromiscuous();
            if (options.FanoutGroup is { } group)
                Join(group);
            // Only now packets are let in: what came before the ring joined its group would be counted at every ring.
            Attach(CaptureFilter.Make(options, LinkType == LinkType.Ethernet, hardware == HardwareType.Loopback));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int IfIndex { get; }

    public LinkType LinkType { get; }

    /// <summary>The number of the group that it joined.</summary>
    public ushort? FanoutGroup { get; private set; }

    public int BlockSize { get; private set; }

    public int BlockCount { get; private set; }

    public byte* Block(int number) => (byte*)_ring + (long)number * BlockSize;

    /// <summary>Waits until a block is there, at most so long.</summary>
    /// <returns>Why no more packets will come; null: they may.</returns>
    public string? Wait(int milliseconds)
    {
        var descriptor = new Libc.PollDescriptor { Descriptor = _descriptor, Events = Libc.PollIn };
        _ = Libc.Poll(&descriptor, 1, milliseconds);
        if ((descriptor.Returned & Libc.PollError) == 0)
            return null;
        return TakeError() switch
        {
            0 => null,
            Libc.NetworkDown when Ask(_descriptor, Libc.GetInterfaceFlags) is null => "the interface was removed",
            Libc.NetworkDown => "the interface went down",
            var error => Marshal.GetPInvokeErrorMessage(error),
        };
    }

    /// <summary>Packets that found the ring full since this was last asked: asking sets the kernel's count to zero.</summary>
    public uint TakeDrops()
    {
        Libc.RingStatistics statistics = default;
        var length = (uint)sizeof(Libc.RingStatistics);
        return Libc.GetOption(_descriptor, Libc.LevelPacket, Libc.PacketStatistics, &statistics, &length) == 0 ? statistics.Drops : 0;
    }

    public void Dispose()
    {
        if (_ring != 0)
            _ = Libc.Unmap(_ring, (nuint)BlockSize * (nuint)BlockCount);
        _ring = 0;
        _ = Libc.Close(_descriptor);
    }

    /// <summary>Frames where they are Ethernet's; bare packets where the interface carries nothing but IP; else packets with a cooked header.</summary>
    private static LinkType LinkTypeOf(HardwareType hardware) =>
        hardware switch
        {
            HardwareType.Ethernet or HardwareType.Loopback => LinkType.Ethernet,
            HardwareType.None or HardwareType.RawIp or HardwareType.Tunnel or HardwareType.Sit => LinkType.Raw,
            _ => LinkType.LinuxSll,
        };

    private int Open(int type)
    {
        // Protocol 0: nothing comes in before the socket is bound.
        var descriptor = Libc.Socket(Libc.AddressFamilyPacket, type | Libc.CloseOnExec, 0);
        if (descriptor >= 0)
            return descriptor;
        throw Marshal.GetLastPInvokeError() is Libc.NotPermitted or Libc.AccessDenied
            ? Fault("permission denied. Run as root or give the program the capability CAP_NET_RAW.")
            : SystemFault("packet socket");
    }

    private HardwareType AskHardware()
    {
        var descriptor = Open(Libc.SocketRaw);
        try
        {
            return (HardwareType)(Ask(descriptor, Libc.GetHardwareAddress) ?? throw SystemFault("interface"));
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }

    private ushort? Ask(int descriptor, uint what)
    {
        var request = new Libc.InterfaceRequest();
        // An interface that has an index has a name of at most 15 octets.
        Encoding.UTF8.GetBytes(_options.Interface, new Span<byte>(request.Name, 15));
        return Libc.Control(descriptor, what, &request) == 0 ? request.Value : null;
    }

    private void MakeRing()
    {
        // A block holds the longest packet that can be captured, and its headers.
        BlockSize = (int)Math.Max(SmallestBlock, BitOperations.RoundUpToPowerOf2((uint)_options.SnapLength + 4_096));
        BlockCount = Math.Max((int)(((long)_options.BufferMiB << 20) / BlockSize), 2);
        var version = TpacketV3;
        Set(Libc.LevelPacket, Libc.PacketVersion, &version, sizeof(int), "ring of version 3");
        // Frames have no meaning in this version; their numbers must fit all the same.
        const uint FrameSize = 2_048;
        var request = new Libc.RingRequest
        {
            BlockSize = (uint)BlockSize,
            BlockCount = (uint)BlockCount,
            FrameSize = FrameSize,
            FrameCount = (uint)((long)BlockSize * BlockCount / FrameSize),
            RetireMs = RetireMs,
        };
        Set(Libc.LevelPacket, Libc.PacketReceiveRing, &request, (uint)sizeof(Libc.RingRequest), "ring");
        var ring = Libc.Map(0, (nuint)BlockSize * (nuint)BlockCount, Libc.ProtectReadWrite, Libc.MapShared, _descriptor, 0);
        if (ring == -1)
            throw SystemFault("ring");
        _ring = ring;
    }

    /// <summary>The interface's times where it gives any, which we do not switch on (SIOCSHWTSTAMP): its clock is the business of who sets it.</summary>
    private void UseHardwareTimestamps()
    {
        var source = Libc.TimestampRawHardware;
        Set(Libc.LevelPacket, Libc.PacketTimestamp, &source, sizeof(int), "hardware timestamps");
    }

    private void Bind()
    {
        Attach([FilterInstruction.Keep(0)]);
        var address = new Libc.LinkAddress
        {
            Family = Libc.AddressFamilyPacket,
            ProtocolBigEndian = BinaryPrimitives.ReverseEndianness(EveryProtocol),
            Interface = IfIndex,
        };
        if (Libc.Bind(_descriptor, &address, (uint)sizeof(Libc.LinkAddress)) != 0)
            throw SystemFault("bind");
        if (TakeError() == Libc.NetworkDown)
            throw Fault($"the interface is down. Bring it up with: ip link set dev {_options.Interface} up");
    }

    private void BePromiscuous()
    {
        var membership = new Libc.Membership { Interface = IfIndex, Type = Libc.Membership.Promiscuous };
        Set(Libc.LevelPacket, Libc.PacketAddMembership, &membership, (uint)sizeof(Libc.Membership), "promiscuous mode");
    }

    private void Join(ushort group)
    {
        // PACKET_FANOUT_HASH, in the upper half, is 0. The kernel's hash is the same for both directions of a flow, and for all fragments of a packet.
        const uint UniqueId = 0x2000_0000;
        var argument = group == RingOptions.NewGroup ? UniqueId : group;
        Set(Libc.LevelPacket, Libc.PacketFanout, &argument, sizeof(uint), $"fanout group {group}");
        var length = (uint)sizeof(uint);
        if (Libc.GetOption(_descriptor, Libc.LevelPacket, Libc.PacketFanout, &argument, &length) != 0)
            throw SystemFault("fanout group");
        FanoutGroup = (ushort)argument;
    }

    private void Attach(FilterInstruction[] instructions)
    {
        fixed (FilterInstruction* first = instructions)
        {
            var program = new Libc.FilterProgram { Length = (ushort)instructions.Length, Instructions = first };
            Set(Libc.LevelSocket, Libc.OptionAttachFilter, &program, (uint)sizeof(Libc.FilterProgram), "filter");
        }
    }

    private void Set(int level, int option, void* value, uint length, string what)
    {
        if (Libc.SetOption(_descriptor, level, option, value, length) != 0)
            throw SystemFault(what);
    }

    private int TakeError()
    {
        var error = 0;
        var length = (uint)sizeof(int);
        _ = Libc.GetOption(_descriptor, Libc.LevelSocket, Libc.OptionError, &error, &length);
        return error;
    }

    private CaptureException SystemFault(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        var remedy = error == Libc.OutOfMemory ? $" Lower Rtfm:Agent:CaptureBufferMiB, which is {_options.BufferMiB}." : "";
        return Fault($"{what}: {Marshal.GetPInvokeErrorMessage(error)}.{remedy}");
    }

    private CaptureException Fault(string reason) => new($"{_options.Interface}: cannot be captured at: {reason}");
}
