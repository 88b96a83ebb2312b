using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Capture;

/// <summary>An interface without link headers; what is written to it arrives at it.</summary>
internal sealed unsafe partial class TunDevice : IDisposable
{
    private const uint SetInterface = 0x4004_54CA;
    private const uint SetLink = 0x4004_54CD;
    private const short TunWithoutHeader = 0x1001;

    private readonly SafeFileHandle _file;

    /// <param name="hardware">Its ARPHRD_ number, where it is to be another than "none".</param>
    public TunDevice(string name, int? hardware = null)
    {
        if (!File.Exists("/dev/net/tun"))
            Assert.Ignore("there is no /dev/net/tun");
        _file = File.OpenHandle("/dev/net/tun", FileMode.Open, FileAccess.ReadWrite);
        var request = stackalloc byte[40];
        new Span<byte>(request, 40).Clear();
        Encoding.ASCII.GetBytes(name, new Span<byte>(request, 15));
        *(short*)(request + 16) = TunWithoutHeader;
        Assert.That(Control(_file, SetInterface, (nint)request), Is.Zero);
        if (hardware is { } number)
            Assert.That(Control(_file, SetLink, number), Is.Zero);
        NetworkNamespace.Ip($"link set dev {name} up");
    }

    public void Receive(ReadOnlySpan<byte> packet)
    {
        fixed (byte* octets = packet)
            Assert.That(Write(_file, octets, (nuint)packet.Length), Is.EqualTo((nint)packet.Length));
    }

    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(SafeFileHandle descriptor, byte* octets, nuint length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle descriptor, nuint request, nint argument);
}
