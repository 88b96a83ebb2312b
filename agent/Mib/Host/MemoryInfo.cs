namespace Rtfm.Agent.Mib.Host;

/// <summary>/proc/meminfo at one moment, in KiB.</summary>
internal sealed record MemoryInfo(
    ulong Total,
    ulong Free,
    ulong Available,
    ulong Buffers,
    ulong Cached,
    ulong Reclaimable,
    ulong Shared,
    ulong SwapTotal,
    ulong SwapFree
)
{
    public static MemoryInfo Read()
    {
        var figures = new Dictionary<string, ulong>();
        foreach (var line in File.ReadLines("/proc/meminfo"))
        {
            // MemTotal:       24684092 kB
            var parts = line.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length >= 2 && ulong.TryParse(parts[1], out var kibibytes))
                figures[parts[0]] = kibibytes;
        }
        return new(
            Of("MemTotal"),
            Of("MemFree"),
            Of("MemAvailable"),
            Of("Buffers"),
            Of("Cached"),
            Of("SReclaimable"),
            Of("Shmem"),
            Of("SwapTotal"),
            Of("SwapFree")
        );

        ulong Of(string name) => figures.GetValueOrDefault(name);
    }
}
