using System.ComponentModel;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;

namespace Rtfm.Lab.Relay;

/// <summary>An interface's frames as they are: received with the kernel's time, sent at once. packet(7).</summary>
internal sealed unsafe class PacketPort : IDisposable
{
    private const int AfPacket = 17;
    private const int SockRaw = 3;
    private const int SolSocket = 1;
    private const int SoReceiveBufferForce = 33;
    private const int SoTimestampNs = 35;
    private const int SolPacket = 263;
    private const int PacketVirtualHeader = 15;
    private const int PacketIgnoreOutgoing = 23;
    private const int DontWait = 0x40;
    private const int Again = 11;
    private const int BufferLength = 64 * 1024 * 1024;
    private const int ControlLength = 128;

    /// <summary>ETH_P_ALL, as it goes over the wire.</summary>
    private const ushort AllProtocols = 0x0300;

    private readonly byte* _control = (byte*)NativeMemory.Alloc(ControlLength);

    /// <exception cref="Win32Exception">The interface is not there, or we may not.</exception>
    public PacketPort(string name)
    {
        Descriptor = Checked(socket(AfPacket, SockRaw, AllProtocols));
        int on = 1,
            length = BufferLength;
        Checked(setsockopt(Descriptor, SolSocket, SoTimestampNs, &on, sizeof(int)));
        Checked(setsockopt(Descriptor, SolPacket, PacketIgnoreOutgoing, &on, sizeof(int)));
        Checked(setsockopt(Descriptor, SolPacket, PacketVirtualHeader, &on, sizeof(int)));
        _ = setsockopt(Descriptor, SolSocket, SoReceiveBufferForce, &length, sizeof(int)); // less will do
        var address = stackalloc byte[20];
        new Span<byte>(address, 20).Clear();
        *(ushort*)address = AfPacket;
        *(ushort*)(address + 2) = AllProtocols;
        *(int*)(address + 4) = IndexOf(name);
        Checked(bind(Descriptor, address, 20));
    }

    /// <summary>
    /// Octets before each frame: struct virtio_net_hdr, which says what an interface was to do with it yet. Hosts in namespaces leave checksums to an
    /// interface that is none; without this their packets would arrive with wrong ones.
    /// </summary>
    public const int HeaderLength = 10;

    public int Descriptor { get; }

    /// <summary>Takes the next frame that has come, if there is one.</summary>
    /// <param name="arrivedNs">When the kernel got it: nanoseconds since 1970.</param>
    /// <returns>Its length; −1: there is none.</returns>
    public int Receive(Span<byte> frame, out long arrivedNs)
    {
        arrivedNs = 0;
        fixed (byte* start = frame)
        {
            var part = new Part { Start = start, Length = (nuint)frame.Length };
            var message = new Message
            {
                Parts = &part,
                PartCount = 1,
                Control = _control,
                ControlLength = ControlLength,
            };
            var length = recvmsg(Descriptor, &message, DontWait);
            if (length < 0)
                return Marshal.GetLastPInvokeError() == Again ? -1 : throw new Win32Exception();
            // One control message: length, level, type, then seconds and nanoseconds.
            if (message.ControlLength >= 32 && *(int*)(_control + 12) == SoTimestampNs)
                arrivedNs = *(long*)(_control + 16) * 1_000_000_000 + *(long*)(_control + 24);
            return (int)length;
        }
    }

    /// <summary>Sends a frame; one for which the interface has no room, or which is too long for it, is lost.</summary>
    public bool TrySend(ReadOnlySpan<byte> frame)
    {
        fixed (byte* start = frame)
            return send(Descriptor, start, (nuint)frame.Length, 0) >= 0;
    }

    public void Dispose()
    {
        _ = close(Descriptor);
        NativeMemory.Free(_control);
    }

    /// <summary>Waits until one of two has a frame, or for so long.</summary>
    public static void Wait(PacketPort one, PacketPort other, long nanoseconds)
    {
        const short Readable = 1;
        var polled = stackalloc Polled[2];
        polled[0] = new() { Descriptor = one.Descriptor, Events = Readable };
        polled[1] = new() { Descriptor = other.Descriptor, Events = Readable };
        var timeout = stackalloc long[2];
        (timeout[0], timeout[1]) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
        _ = ppoll(polled, 2, timeout, null);
    }

    private static int IndexOf(string name) =>
        NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(each => each.Name == name) is { } found
            ? int.Parse(File.ReadAllText($"/sys/class/net/{found.Name}/ifindex"), System.Globalization.CultureInfo.InvariantCulture)
            : throw new Win32Exception(19, $"there is no interface '{name}' here");

    private static int Checked(int result) => result >= 0 ? result : throw new Win32Exception();

    [DllImport("libc", SetLastError = true)]
    private static extern int socket(int domain, int type, int protocol);

    [DllImport("libc", SetLastError = true)]
    private static extern int bind(int descriptor, byte* address, uint length);

    [DllImport("libc", SetLastError = true)]
    private static extern int setsockopt(int descriptor, int level, int name, int* value, uint length);

    [DllImport("libc", SetLastError = true)]
    private static extern nint recvmsg(int descriptor, Message* message, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern nint send(int descriptor, byte* start, nuint length, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int ppoll(Polled* polled, nuint count, long* timeout, void* mask);

    [DllImport("libc")]
    private static extern int close(int descriptor);

    [StructLayout(LayoutKind.Sequential)]
    private struct Part
    {
        public byte* Start;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public void* Name;
        public uint NameLength;
        public Part* Parts;
        public nuint PartCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Polled
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }
}
