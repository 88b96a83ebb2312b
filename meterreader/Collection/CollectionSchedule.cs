namespace Rtfm.MeterReader.Collection;

/// <summary>When to collect: at the multiples of an interval, counted from 1970, so that collections stay where they are over restarts.</summary>
internal readonly record struct CollectionSchedule(TimeSpan Interval)
{
    /// <summary>A meter that fails again and again is asked less often, but never less often than this or its interval.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>The next time after a collection.</summary>
    /// <param name="began">When the collection began.</param>
    /// <param name="now">When it ended.</param>
    /// <param name="failures">How many collections have failed in a row.</param>
    /// <param name="skipped">Times that passed while it went on.</param>
    public DateTimeOffset Next(DateTimeOffset began, DateTimeOffset now, int failures, out long skipped)
    {
        var last = TickOf(now);
        skipped = Math.Max(0, last - TickOf(began));
        var pause = 1L;
        if (failures > 1)
            pause = Math.Min(1L << Math.Min(failures - 1, 30), Math.Max(1, (long)(LongestPause / Interval)));
        return DateTimeOffset.UnixEpoch + Interval * (last + pause);
    }

    private long TickOf(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / Interval.Ticks;
}
