using System.Runtime.InteropServices;

namespace Rtfm.Agent.Delay;

/// <summary>Notices that the clock was set: CLOCK_REALTIME moves against CLOCK_MONOTONIC, which is made faster and slower with it but never set (clock_gettime(2)).</summary>
/// <param name="read">Both clocks, in nanoseconds, at the same moment.</param>
internal sealed partial class ClockSteps(Func<(long RealNs, long MonotonicNs)> read)
{
    /// <summary>What two readings may differ by on a machine that is busy.</summary>
    private const long LeastNs = 50_000;

    private long _difference = Difference(read());

    /// <summary>How far the clock was set since this was last asked, in nanoseconds; 0: it was not.</summary>
    public long Take()
    {
        var difference = Difference(read());
        var step = difference - _difference;
        if (Math.Abs(step) < LeastNs)
            return 0;
        _difference = difference;
        return step;
    }

    /// <summary>The clocks of this machine.</summary>
    public static (long RealNs, long MonotonicNs) Read()
    {
        const int Attempts = 8;
        var narrowest = long.MaxValue;
        (long, long) best = default;
        // Of several attempts the one that nobody interrupted.
        for (var i = 0; i < Attempts; i++)
        {
            var before = Get(Monotonic);
            var real = Get(Realtime);
            var after = Get(Monotonic);
            if (after - before >= narrowest)
                continue;
            narrowest = after - before;
            best = (real, before + narrowest / 2);
        }
        return best;
    }

    private static long Difference((long RealNs, long MonotonicNs) clocks) => clocks.RealNs - clocks.MonotonicNs;

    private const int Realtime = 0;
    private const int Monotonic = 1;

    private static unsafe long Get(int clock)
    {
        TimeSpec time = default;
        _ = GetTime(clock, &time);
        return time.Seconds * 1_000_000_000L + time.Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static unsafe partial int GetTime(int clock, TimeSpec* time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
