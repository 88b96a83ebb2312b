using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace Rtfm.Agent.Capture;

/// <summary>Packets that an interface or its driver dropped since this was made: what libpcap calls ps_ifdrop.</summary>
/// <remarks>Asked for at every block, looked up once a second; no allocation.</remarks>
internal sealed class InterfaceDrops : IDisposable
{
    private const long LookUpEveryMs = 1_000;

    private readonly SafeFileHandle?[] _files;
    private readonly ulong _before;
    private ulong _now;
    private long _lookedUpAtMs;

    public InterfaceDrops(string name)
    {
        _files = [Open(name, "rx_missed_errors"), Open(name, "rx_fifo_errors")];
        _before = _now = Sum();
        _lookedUpAtMs = Environment.TickCount64;
    }

    public ulong Count
    {
        get
        {
            var nowMs = Environment.TickCount64;
            if (nowMs - _lookedUpAtMs >= LookUpEveryMs)
            {
                _lookedUpAtMs = nowMs;
                _now = Math.Max(_now, Sum());
            }
            return _now - _before;
        }
    }

    public void Dispose()
    {
        foreach (var file in _files)
            file?.Dispose();
    }

    private ulong Sum()
    {
        var sum = 0ul;
        foreach (var file in _files)
            sum += file is null ? 0 : Read(file);
        return sum;
    }

    private static ulong Read(SafeFileHandle file)
    {
        Span<byte> text = stackalloc byte[24];
        try
        {
            return Utf8Parser.TryParse(text[..RandomAccess.Read(file, text, 0)], out ulong value, out _) ? value : 0;
        }
        catch (IOException)
        {
            return 0; // the interface is gone
        }
    }

    private static SafeFileHandle? Open(string name, string counter)
    {
        try
        {
            return File.OpenHandle($"/sys/class/net/{name}/statistics/{counter}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null; // no /sys here: what the interface drops cannot be known
        }
    }
}
