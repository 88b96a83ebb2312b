using System.Runtime.InteropServices;

namespace Rtfm.Agent.Capture;

/// <summary>Makes the BPF program that the kernel runs on each packet: what is captured, and how many octets of it.</summary>
internal static unsafe class CaptureFilter
{
    /// <summary>libpcap's own number for raw IP; in files it is another.</summary>
    private const int LiveRaw = 12;

    /// <summary>The most instructions that the kernel takes (BPF_MAXINSNS).</summary>
    private const int MaxInstructions = 4_096;

    /// <param name="options">The filter's text, the snap length.</param>
    /// <param name="isEthernet">The program sees frames; otherwise it sees packets that begin at the network header.</param>
    /// <param name="isLoopback">The interface shows each packet twice, going out and coming in: only the second is kept, as libpcap does.</param>
    /// <exception cref="CaptureException">The text is wrong, or libpcap is missing and there is a text.</exception>
    public static FilterInstruction[] Make(RingOptions options, bool isEthernet, bool isLoopback)
    {
        FilterInstruction[] program = options.Filter.Length == 0 ? [FilterInstruction.Keep(options.SnapLength)] : Compile(options, isEthernet);
        if (isLoopback)
            program = [.. FilterInstruction.LeaveOutOutgoing, .. program];
        return program.Length <= MaxInstructions ? program : throw Wrong(options, "it is too long for the kernel");
    }

    private static FilterInstruction[] Compile(RingOptions options, bool isEthernet)
    {
        try
        {
            // Only on a live handle libpcap knows that the kernel keeps VLAN tags beside the frame, and 'vlan' looks there.
            var handle = isEthernet ? OpenLive(options) : LibPcap.OpenDead(LiveRaw, options.SnapLength);
            try
            {
                return Compile(handle, options);
            }
            finally
            {
                LibPcap.Close(handle);
            }
        }
        catch (DllNotFoundException)
        {
            throw Wrong(
                options,
                "a filter needs libpcap, which is not installed. Install the package libpcap0.8 (Debian, Ubuntu) or libpcap, or leave the filter out"
            );
        }
    }

    private static FilterInstruction[] Compile(nint handle, RingOptions options)
    {
        const uint UnknownNetmask = 0xFFFF_FFFF;
        LibPcap.FilterProgram program;
        if (LibPcap.Compile(handle, &program, options.Filter, 1, UnknownNetmask) < 0)
            throw Wrong(options, $"{LibPcap.Error(handle)}. Write it as for tcpdump, for example 'ip or ip6'");
        try
        {
            return new ReadOnlySpan<FilterInstruction>((void*)program.Instructions, (int)program.Length).ToArray();
        }
        finally
        {
            LibPcap.FreeCode(&program);
        }
    }

    private static nint OpenLive(RingOptions options)
    {
        var error = stackalloc byte[LibPcap.ErrorBufferSize];
        var handle = LibPcap.Create(options.Interface, error);
        if (handle == 0)
            throw Wrong(options, Marshal.PtrToStringUTF8((nint)error) ?? "libpcap cannot open the interface");
        _ = LibPcap.SetSnapLength(handle, options.SnapLength);
        if (LibPcap.Activate(handle) >= 0)
            return handle;
        var reason = LibPcap.Error(handle);
        LibPcap.Close(handle);
        throw Wrong(options, reason);
    }

    private static CaptureException Wrong(RingOptions options, string complaint) => new($"Rtfm:Agent:Filter is '{options.Filter}': {complaint}.");
}
