using System.Globalization;

namespace Rtfm.Bench.Processes;

/// <summary>Looks how much memory of its own a process has, and each of its children.</summary>
internal sealed class MemoryWatch(int process)
{
    /// <summary>The most that one process had.</summary>
    public long PeakOctets { get; private set; }

    public void Look() => Look(process, depth: 0);

    private void Look(int id, int depth)
    {
        try
        {
            PeakOctets = Math.Max(PeakOctets, OwnMemory(id));
            if (depth == 4)
                return;
            foreach (var child in File.ReadAllText($"/proc/{id}/task/{id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                Look(int.Parse(child, CultureInfo.InvariantCulture), depth + 1);
        }
        catch (IOException)
        {
            // It has just ended.
        }
    }

    private static long OwnMemory(int id)
    {
        var octets = 0L;
        foreach (var line in File.ReadLines($"/proc/{id}/status"))
        {
            if (line.StartsWith("RssAnon:", StringComparison.Ordinal) || line.StartsWith("RssShmem:", StringComparison.Ordinal))
                octets += long.Parse(line.AsSpan(line.IndexOf(':') + 1).Trim(" \tkB"), CultureInfo.InvariantCulture) * 1024;
        }
        return octets;
    }
}
