using System.Runtime.InteropServices;

namespace Rtfm.Agent.Delay;

/// <summary>What the kernel says of the machine's clock (adjtimex(2)), whoever disciplines it.</summary>
/// <param name="IsSynchronized">The kernel has been told that it is, and no more than 16 seconds of error have come together since (RFC 5905's bound).</param>
/// <param name="EstimatedErrorNs">As who disciplines it estimates.</param>
/// <param name="MaximumErrorNs">The most it can be; grows by 500 µs a second until the clock is looked after again.</param>
internal readonly partial record struct ClockState(bool IsSynchronized, ulong EstimatedErrorNs, ulong MaximumErrorNs)
{
    private const int ClockUnsynchronized = 0x40;
    private const int TimeError = 5;
    private const ulong Microsecond = 1_000;

    /// <summary>As it is now; not synchronised where the kernel does not say.</summary>
    public static unsafe ClockState Read()
    {
        Timex timex = default;
        if (!OperatingSystem.IsLinux() || AdjustTime(&timex) is not (>= 0 and var state))
            return default;
        var isSynchronized = state != TimeError && (timex.Status & ClockUnsynchronized) == 0;
        return new(isSynchronized, InNanoseconds(timex.EstimatedError), InNanoseconds(timex.MaximumError));
    }

    private static ulong InNanoseconds(long microseconds) => (ulong)Math.Max(microseconds, 0) * Microsecond;

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static unsafe partial int AdjustTime(Timex* timex);

    /// <summary>The beginning of struct timex, and room for its rest: with modes 0 it is only read.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct Timex
    {
        public uint Modes;
        public nint Offset;
        public nint Frequency;
        public nint MaximumError;
        public nint EstimatedError;
        public int Status;
    }
}
