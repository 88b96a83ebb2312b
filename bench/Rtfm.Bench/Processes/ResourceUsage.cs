using System.Runtime.InteropServices;

namespace Rtfm.Bench.Processes;

/// <summary>struct rusage on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential, Size = 18 * sizeof(long))]
internal struct ResourceUsage
{
    private long _userSeconds;
    private long _userMicroseconds;
    private long _systemSeconds;
    private long _systemMicroseconds;
    private long _maxResidentKilobytes;

    public readonly double CpuSeconds => _userSeconds + _systemSeconds + (_userMicroseconds + _systemMicroseconds) / 1e6;

    public readonly long MaxResidentOctets => _maxResidentKilobytes * 1024;
}
