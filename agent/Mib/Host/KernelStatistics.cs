namespace Rtfm.Agent.Mib.Host;

/// <summary>/proc/stat and what /proc/vmstat has beside it, at one moment.</summary>
internal sealed record KernelStatistics
{
    /// <summary>All processors together.</summary>
    public ProcessorTimes Total { get; private set; }

    /// <summary>By the kernel's number of the processor.</summary>
    public SortedList<uint, ProcessorTimes> Processors { get; } = [];

    public ulong Interrupts { get; private set; }

    public ulong ContextSwitches { get; private set; }

    /// <summary>Blocks of 1 KiB that were read from disks; written to disks.</summary>
    public ulong KibibytesIn { get; private set; }

    public ulong KibibytesOut { get; private set; }

    /// <summary>Pages that were swapped in; out.</summary>
    public ulong PagesSwappedIn { get; private set; }

    public ulong PagesSwappedOut { get; private set; }

    public static KernelStatistics Read()
    {
        var statistics = new KernelStatistics();
        foreach (var line in File.ReadLines("/proc/stat"))
            statistics.TakeStatLine(line);
        foreach (var line in File.ReadLines("/proc/vmstat"))
            statistics.TakeVmLine(line);
        return statistics;
    }

    private void TakeStatLine(string line)
    {
        var name = line.AsSpan(0, Math.Max(line.IndexOf(' ', StringComparison.Ordinal), 0));
        if (name is "cpu")
            Total = ProcessorTimes.Read(line.AsSpan(3));
        else if (name.StartsWith("cpu") && uint.TryParse(name[3..], out var number))
            Processors[number] = ProcessorTimes.Read(line.AsSpan(name.Length));
        else if (name is "intr")
            Interrupts = FirstNumber(line);
        else if (name is "ctxt")
            ContextSwitches = FirstNumber(line);
    }

    private void TakeVmLine(string line)
    {
        if (line.StartsWith("pgpgin ", StringComparison.Ordinal))
            KibibytesIn = FirstNumber(line);
        else if (line.StartsWith("pgpgout ", StringComparison.Ordinal))
            KibibytesOut = FirstNumber(line);
        else if (line.StartsWith("pswpin ", StringComparison.Ordinal))
            PagesSwappedIn = FirstNumber(line);
        else if (line.StartsWith("pswpout ", StringComparison.Ordinal))
            PagesSwappedOut = FirstNumber(line);
    }

    /// <summary>The number behind the first blank: the line of interrupts has hundreds.</summary>
    private static ulong FirstNumber(string line)
    {
        var rest = line.AsSpan(line.IndexOf(' ', StringComparison.Ordinal) + 1);
        var end = rest.IndexOf(' ');
        return ulong.TryParse(end < 0 ? rest : rest[..end], out var number) ? number : 0;
    }
}
