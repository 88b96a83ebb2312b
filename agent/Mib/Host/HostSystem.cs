using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Rtfm.Agent.Mib.Host;

/// <summary>The host as a whole, at one moment: hrSystem (RFC 2790 §4.2), and the load averages.</summary>
/// <param name="UptimeHundredths">Since the host started.</param>
/// <param name="Date">As a DateAndTime.</param>
/// <param name="Users">Sessions of users who are logged in.</param>
/// <param name="Loads">Processes that ran or wanted to, on average over the last 1, 5 and 15 minutes.</param>
internal sealed partial record HostSystem(uint UptimeHundredths, byte[] Date, uint Users, uint Processes, double[] Loads)
{
    private const int UserProcess = 7;

    public static HostSystem Read()
    {
        var loads = File.ReadAllText("/proc/loadavg").Split(' ');
        return new(
            (uint)(long)(Stopwatch.GetTimestamp() * 100.0 / Stopwatch.Frequency),
            DateAndTime(DateTimeOffset.Now),
            CountUsers(),
            CountProcesses(),
            [Number(loads[0]), Number(loads[1]), Number(loads[2])]
        );
    }

    /// <summary>RFC 2579 DateAndTime, with the offset from UTC.</summary>
    internal static byte[] DateAndTime(DateTimeOffset time)
    {
        var offset = time.Offset.Duration();
        return
        [
            (byte)(time.Year >> 8),
            (byte)time.Year,
            (byte)time.Month,
            (byte)time.Day,
            (byte)time.Hour,
            (byte)time.Minute,
            (byte)time.Second,
            (byte)(time.Millisecond / 100),
            time.Offset < TimeSpan.Zero ? (byte)'-' : (byte)'+',
            (byte)offset.Hours,
            (byte)offset.Minutes,
        ];
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static uint CountProcesses()
    {
        var count = 0u;
        foreach (var path in Directory.EnumerateDirectories("/proc"))
            count += char.IsAsciiDigit(path["/proc/".Length]) ? 1u : 0;
        return count;
    }

    /// <summary>Called under the lock of who keeps the value: the C library has one position in the list for the whole process.</summary>
    private static unsafe uint CountUsers()
    {
        var count = 0u;
        RewindUsers();
        for (var entry = NextUser(); entry != null; entry = NextUser())
            count += *entry == UserProcess ? 1u : 0;
        CloseUsers();
        return count;
    }

    [LibraryImport("libc", EntryPoint = "setutxent")]
    private static partial void RewindUsers();

    /// <returns>A struct utmpx, which begins with its type.</returns>
    [LibraryImport("libc", EntryPoint = "getutxent")]
    private static unsafe partial short* NextUser();

    [LibraryImport("libc", EntryPoint = "endutxent")]
    private static partial void CloseUsers();
}
