using System.Runtime.InteropServices;
using Rtfm.Agent.Capture;

namespace Rtfm.Agent.Tests.Capture;

/// <summary>Sends frames as they are at an interface.</summary>
internal sealed unsafe partial class FrameSender : IDisposable
{
    private readonly int _descriptor = Libc.Socket(Libc.AddressFamilyPacket, Libc.SocketRaw | Libc.CloseOnExec, 0);

    public FrameSender(string name)
    {
        var address = new Libc.LinkAddress { Family = Libc.AddressFamilyPacket, Interface = NetworkInterfaces.IndexOf(name) };
        Assert.That(Libc.Bind(_descriptor, &address, (uint)sizeof(Libc.LinkAddress)), Is.Zero);
    }

    public void Send(ReadOnlySpan<byte> frame)
    {
        fixed (byte* octets = frame)
        {
            if (Send(_descriptor, octets, (nuint)frame.Length, 0) != frame.Length)
                Assert.Fail($"a frame of {frame.Length} octets was not sent: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    public void Dispose() => _ = Libc.Close(_descriptor);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int descriptor, byte* octets, nuint length, int flags);
}
