using System.Runtime.InteropServices;

namespace Rtfm.Bench.Reading;

/// <summary>Processor time of the programs that were started and have ended: getrusage(2).</summary>
internal static unsafe partial class ChildTimes
{
    private const int Children = -1;

    /// <summary>Longs in a struct rusage of 64-bit Linux; user and system time come first, in seconds and microseconds.</summary>
    private const int UsageLength = 18;

    public static TimeSpan Total
    {
        get
        {
            var usage = stackalloc long[UsageLength];
            if (GetUsage(Children, usage) != 0)
                throw new InvalidOperationException("getrusage failed");
            return TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3]);
        }
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetUsage(int who, long* usage);
}
