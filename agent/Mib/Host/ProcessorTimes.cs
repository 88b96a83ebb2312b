namespace Rtfm.Agent.Mib.Host;

/// <summary>How a processor spent its time since the boot, in ticks of 10 ms (proc_stat(5)).</summary>
/// <param name="User">Guests' time included.</param>
internal readonly record struct ProcessorTimes(
    ulong User,
    ulong Nice,
    ulong System,
    ulong Idle,
    ulong IoWait,
    ulong Interrupt,
    ulong SoftInterrupt,
    ulong Steal,
    ulong Guest,
    ulong GuestNice
)
{
    public ulong All => User + Nice + System + Idle + IoWait + Interrupt + SoftInterrupt + Steal;

    /// <summary>What part of the time since <paramref name="before"/> was spent so, in percent.</summary>
    public int Percent(in ProcessorTimes before, Func<ProcessorTimes, ulong> part)
    {
        // Idle times were seen to run backwards by a tick: never below zero, never above all.
        var all = (double)(All - Math.Min(All, before.All));
        var spent = part(this) - Math.Min(part(this), part(before));
        return all == 0 ? 0 : (int)Math.Min(100, Math.Round(100 * spent / all));
    }

    /// <summary>Everything that is not idle, in percent of the time since <paramref name="before"/>.</summary>
    public int Load(in ProcessorTimes before) => All == before.All ? 0 : 100 - Percent(before, times => times.Idle + times.IoWait);

    /// <summary>Reads what stands behind <c>cpu0</c>.</summary>
    public static ProcessorTimes Read(ReadOnlySpan<char> text)
    {
        Span<ulong> times = stackalloc ulong[10];
        times.Clear();
        var count = 0;
        foreach (var part in text.Split(' '))
        {
            if (count < times.Length && ulong.TryParse(text[part], out times[count]))
                count++;
        }
        return new(times[0], times[1], times[2], times[3], times[4], times[5], times[6], times[7], times[8], times[9]);
    }
}
