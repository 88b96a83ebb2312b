namespace Rtfm.Agent.Delay;

/// <summary>Who keeps the clock right. Values are those of rtfmDelayClockSynchronizedBy.</summary>
internal enum ClockDiscipline
{
    None = 1,
    Ntpd = 2,
    Chrony = 3,
    Ptp = 4,
    Timesyncd = 5,

    /// <summary>The kernel says it is right, and none of these runs here: perhaps outside of this container.</summary>
    Other = 6,
}

/// <summary>Looks who keeps the clock right, by the names of processes: none of them is asked anything.</summary>
internal static class ClockDisciplines
{
    /// <summary>As in /proc/PID/comm, which has 15 octets. Where several run, the first here has the clock: phc2sys takes it from what the others set.</summary>
    private static readonly (string Name, ClockDiscipline By)[] Names =
    [
        ("phc2sys", ClockDiscipline.Ptp),
        ("ptp4l", ClockDiscipline.Ptp),
        ("ptpd", ClockDiscipline.Ptp),
        ("chronyd", ClockDiscipline.Chrony),
        ("ntpd", ClockDiscipline.Ntpd),
        ("systemd-timesyn", ClockDiscipline.Timesyncd),
    ];

    /// <param name="proc">/proc, but for tests.</param>
    public static ClockDiscipline Find(bool isSynchronized, string proc = "/proc")
    {
        if (!isSynchronized)
            return ClockDiscipline.None;
        var best = Names.Length;
        try
        {
            foreach (var process in Directory.EnumerateDirectories(proc))
            {
                if (char.IsAsciiDigit(Path.GetFileName(process)[0]) && NameOf(process) is { } name)
                    best = Math.Min(best, IndexOf(name));
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // No /proc: it is not known who it is.
        }
        return best < Names.Length ? Names[best].By : ClockDiscipline.Other;
    }

    private static int IndexOf(string name)
    {
        var at = Array.FindIndex(Names, each => each.Name == name);
        return at < 0 ? Names.Length : at;
    }

    private static string? NameOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "comm")).TrimEnd('\n');
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null; // it has ended
        }
    }
}
