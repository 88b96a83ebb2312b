using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rtfm.Agent.Capture;

/// <summary>How an interface is captured at.</summary>
/// <param name="Interface">Its name.</param>
/// <param name="Filter">libpcap's filter language; empty: everything.</param>
/// <param name="SnapLength">Octets captured of each packet: enough for all headers, little enough to copy fast.</param>
/// <param name="BufferMiB">The kernel's buffer.</param>
public sealed record LiveOptions(string Interface, string Filter, int SnapLength, int BufferMiB, bool IsPromiscuous);

/// <summary>Packets of a network interface, through libpcap.</summary>
/// <remarks>libpcap's memory is valid inside its callback only, so packets are copied, up to the snap length, into a buffer that the batch points into.</remarks>
public sealed unsafe class LiveSource : IPacketSource
{
    private readonly nint _handle;
    private readonly int _descriptor;
    private readonly long _fractionNs;
    private readonly LinkType _linkType;
    private readonly int _ifIndex;
    private readonly int _snapLength;
    private readonly GCHandle _self;
    private PacketBatch? _filling;
    private byte* _buffer;
    private int _bufferLength;
    private LibPcap.Statistics _lastStatistics;
    private ulong _received;
    private ulong _lostByKernel;
    private ulong _lostByInterface;

    /// <exception cref="CaptureException">The interface cannot be captured at: the message says why and what helps.</exception>
    public LiveSource(LiveOptions options)
    {
        Name = options.Interface;
        _snapLength = options.SnapLength;
        _ifIndex = IndexOf(options.Interface);
        try
        {
            _handle = Open(options);
        }
        catch (DllNotFoundException)
        {
            throw new CaptureException(
                "live capture needs libpcap, which is not installed. Install the package libpcap0.8 (Debian, Ubuntu) or libpcap."
            );
        }
        _self = GCHandle.Alloc(this, GCHandleType.Weak);
        _descriptor = LibPcap.GetSelectableDescriptor(_handle);
        _fractionNs = LibPcap.GetTimestampPrecision(_handle) == LibPcap.PrecisionNano ? 1 : 1_000;
        // libpcap gives the system's number for raw IP; in files it is another.
        var dataLink = LibPcap.DataLink(_handle);
        _linkType = dataLink == 12 ? LinkType.Raw : (LinkType)dataLink;
    }

    public string Name { get; }

    public SourceCounters Counters => new(_received, _lostByInterface, _lostByKernel, 0);

    /// <summary>The ifIndex of an interface; 0 where there is no such interface.</summary>
    public static int IndexOf(string name)
    {
        var path = $"/sys/class/net/{name}/ifindex";
        return !name.Contains('/') && File.Exists(path) && int.TryParse(File.ReadAllText(path).Trim(), out var index) ? index : 0;
    }

    /// <summary>The interfaces there are.</summary>
    public static IReadOnlyList<string> Interfaces()
    {
        if (!Directory.Exists("/sys/class/net"))
            return [];
        var names = new List<string>();
        foreach (var path in Directory.GetDirectories("/sys/class/net"))
            names.Add(Path.GetFileName(path));
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    public SourceState Read(PacketBatch batch)
    {
        batch.Clear();
        if (_bufferLength < batch.Capacity * _snapLength)
        {
            NativeMemory.Free(_buffer);
            _bufferLength = batch.Capacity * _snapLength;
            _buffer = (byte*)NativeMemory.Alloc((nuint)_bufferLength);
        }
        var descriptor = new LibPcap.PollDescriptor { Descriptor = _descriptor, Events = LibPcap.PollIn };
        _ = LibPcap.Poll(&descriptor, 1, 100);
        _filling = batch;
        if (LibPcap.Dispatch(_handle, batch.Capacity, &OnPacket, GCHandle.ToIntPtr(_self)) is < 0 and not LibPcap.ErrorBreak)
            throw new CaptureException($"{Name}: capture ended: {LibPcap.Error(_handle)}");
        ReadStatistics();
        return SourceState.Open;
    }

    public void Dispose()
    {
        LibPcap.Close(_handle);
        _self.Free();
        NativeMemory.Free(_buffer);
        _buffer = null;
    }

    [UnmanagedCallersOnly]
    private static void OnPacket(nint user, LibPcap.PacketHeader* header, byte* data)
    {
        var source = (LiveSource)GCHandle.FromIntPtr(user).Target!;
        var batch = source._filling!;
        if (batch.IsFull)
            return;
        var captured = (int)Math.Min(header->CapturedLength, (uint)source._snapLength);
        var copy = source._buffer + batch.Count * source._snapLength;
        Unsafe.CopyBlockUnaligned(copy, data, (uint)captured);
        ref var packet = ref batch.Add();
        packet.TimeNs = header->Seconds * 1_000_000_000L + header->Fraction * source._fractionNs;
        packet.Data = copy;
        packet.CapturedLength = captured;
        packet.WireLength = (int)Math.Min(header->WireLength, int.MaxValue);
        packet.Interface = source._ifIndex;
        packet.LinkType = source._linkType;
        source._received++;
    }

    private void ReadStatistics()
    {
        LibPcap.Statistics now;
        if (LibPcap.GetStatistics(_handle, &now) != 0)
            return;
        // 32 bits, and they wrap: differences are right all the same.
        _lostByKernel += unchecked(now.Dropped - _lastStatistics.Dropped);
        _lostByInterface += unchecked(now.DroppedByInterface - _lastStatistics.DroppedByInterface);
        _lastStatistics = now;
    }

    private static nint Open(LiveOptions options)
    {
        var error = stackalloc byte[LibPcap.ErrorBufferSize];
        var handle = LibPcap.Create(options.Interface, error);
        if (handle == 0)
            throw new CaptureException($"{options.Interface}: cannot be captured at: {Marshal.PtrToStringUTF8((nint)error)}");
        try
        {
            // These fail only on a handle that is active already.
            _ = LibPcap.SetSnapLength(handle, options.SnapLength);
            _ = LibPcap.SetPromiscuous(handle, options.IsPromiscuous ? 1 : 0);
            _ = LibPcap.SetTimeout(handle, 50);
            _ = LibPcap.SetBufferSize(handle, options.BufferMiB << 20);
            _ = LibPcap.SetTimestampPrecision(handle, LibPcap.PrecisionNano);
            var status = LibPcap.Activate(handle);
            if (status < 0)
                throw new CaptureException($"{options.Interface}: cannot be captured at: {Explain(status, options.Interface, handle)}");
            if (options.Filter.Length > 0)
                SetFilter(handle, options.Filter);
            if (LibPcap.SetNonBlocking(handle, 1, error) < 0)
                throw new CaptureException($"{options.Interface}: cannot be captured at: {Marshal.PtrToStringUTF8((nint)error)}");
            return handle;
        }
        catch
        {
            LibPcap.Close(handle);
            throw;
        }
    }

    private static void SetFilter(nint handle, string filter)
    {
        const uint UnknownNetmask = 0xFFFF_FFFF;
        LibPcap.FilterProgram program;
        if (LibPcap.Compile(handle, &program, filter, 1, UnknownNetmask) < 0)
            throw new CaptureException(
                $"Rtfm:Agent:Filter is '{filter}': {LibPcap.Error(handle)}. Write it as for tcpdump, for example 'ip or ip6'."
            );
        var status = LibPcap.SetFilter(handle, &program);
        LibPcap.FreeCode(&program);
        if (status < 0)
            throw new CaptureException($"Rtfm:Agent:Filter '{filter}' cannot be set: {LibPcap.Error(handle)}");
    }

    private static string Explain(int status, string name, nint handle) =>
        status switch
        {
            LibPcap.ErrorNoSuchDevice => $"no such interface. There are: {string.Join(", ", Interfaces())}.",
            LibPcap.ErrorPermissionDenied or LibPcap.ErrorPromiscuousDenied =>
                "permission denied. Run as root or give the program the capability CAP_NET_RAW.",
            LibPcap.ErrorInterfaceNotUp => $"the interface is down. Bring it up with: ip link set {name} up",
            _ => LibPcap.Error(handle),
        };
}
