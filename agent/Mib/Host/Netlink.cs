using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Rtfm.Agent.Mib.Host;

/// <summary>Asks the kernel for lists of what the network is made of (rtnetlink(7)).</summary>
internal static unsafe partial class Netlink
{
    public const ushort GetLink = 18;
    public const ushort GetAddress = 22;

    private const string Library = "libc";
    private const int Family = 16;
    private const int RawCloseOnExec = 3 | 0x8_0000;
    private const int RouteProtocol = 0;
    private const int HeaderLength = 16;
    private const ushort RequestDump = 0x301;
    private const ushort WasInterrupted = 0x10;
    private const ushort Error = 2;
    private const ushort Done = 3;

    /// <summary>What changes while it is listed is listed again: so often at most.</summary>
    private const int Attempts = 4;

    private const int Again = 4; // EINTR

    /// <summary>Takes the part of a message behind its header.</summary>
    public delegate void Receive(ReadOnlySpan<byte> message);

    /// <summary>Lists all objects of a kind.</summary>
    /// <param name="bodyLength">How long the kind's own header is.</param>
    /// <param name="begin">Called before the first object, and again where the kernel says that the list changed meanwhile.</param>
    /// <exception cref="Win32Exception">The kernel does not tell.</exception>
    public static void List(ushort kind, int bodyLength, Action begin, Receive receive)
    {
        var descriptor = Socket(Family, RawCloseOnExec, RouteProtocol);
        if (descriptor < 0)
            throw new Win32Exception();
        try
        {
            var attempt = 0;
            do
            {
                begin();
                Ask(descriptor, kind, bodyLength);
            } while (!TryReceiveAll(descriptor, receive) && ++attempt < Attempts);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Takes the next attribute off the front.</summary>
    /// <returns>False at the end, or where the rest is damaged.</returns>
    public static bool TryAttribute(ref ReadOnlySpan<byte> rest, out int type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (rest.Length < 4)
            return false;
        int length = MemoryMarshal.Read<ushort>(rest);
        if (length < 4 || length > rest.Length)
            return false;
        type = MemoryMarshal.Read<ushort>(rest[2..]) & 0x3FFF;
        value = rest[4..length];
        rest = rest[Math.Min(Aligned(length), rest.Length)..];
        return true;
    }

    /// <summary>A number in the machine's order; 0 where the value is too short.</summary>
    public static uint Number(ReadOnlySpan<byte> value) =>
        value.Length switch
        {
            >= 4 => MemoryMarshal.Read<uint>(value),
            >= 1 => value[0],
            _ => 0,
        };

    private static void Ask(int descriptor, ushort kind, int bodyLength)
    {
        Span<byte> request = stackalloc byte[HeaderLength + bodyLength];
        request.Clear();
        MemoryMarshal.Write(request, (uint)request.Length);
        MemoryMarshal.Write(request[4..], kind);
        MemoryMarshal.Write(request[6..], RequestDump);
        fixed (byte* octets = request)
        {
            if (Send(descriptor, octets, (nuint)request.Length, 0) < 0)
                throw new Win32Exception();
        }
    }

    /// <returns>False where the list changed meanwhile and may be inconsistent.</returns>
    private static bool TryReceiveAll(int descriptor, Receive receive)
    {
        var isConsistent = true;
        var buffer = new byte[1 << 16];
        while (true)
        {
            int received;
            fixed (byte* octets = buffer)
                received = (int)ReceiveFrom(descriptor, octets, (nuint)buffer.Length, 0);
            if (received < 0 && Marshal.GetLastPInvokeError() == Again)
                continue;
            if (received <= 0)
                throw new Win32Exception();
            var rest = buffer.AsSpan(0, received);
            while (rest.Length >= HeaderLength)
            {
                var length = (int)Math.Min(MemoryMarshal.Read<uint>(rest), (uint)rest.Length);
                var type = MemoryMarshal.Read<ushort>(rest[4..]);
                if (length < HeaderLength)
                    break;
                isConsistent &= (MemoryMarshal.Read<ushort>(rest[6..]) & WasInterrupted) == 0;
                if (type == Done)
                    return isConsistent;
                if (type == Error)
                    throw new Win32Exception(-MemoryMarshal.Read<int>(rest[HeaderLength..]));
                receive(rest[HeaderLength..length]);
                rest = rest[Math.Min(Aligned(length), rest.Length)..];
            }
        }
    }

    private static int Aligned(int length) => (length + 3) & ~3;

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int descriptor, byte* octets, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    private static partial nint ReceiveFrom(int descriptor, byte* octets, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
