using System.Text;

namespace Rtfm.Agent.Mib.Host;

/// <summary>A mounted file system that has room for data.</summary>
/// <param name="Index">Stays the mount point's as long as the agent runs.</param>
/// <param name="Type">ext4, nfs …</param>
/// <param name="Size">Octets.</param>
/// <param name="Used">Octets.</param>
internal sealed record MountedFileSystem(uint Index, string MountPoint, string Type, ulong Size, ulong Used)
{
    /// <summary>In blocks of 4 KiB, or larger ones where there would be too many for an Integer32.</summary>
    public uint BlockLength
    {
        get
        {
            var length = 4096u;
            while (Size / length > int.MaxValue)
                length *= 2;
            return length;
        }
    }
}

/// <summary>The mounted file systems, as /proc/self/mounts lists them, without those that hold no data (proc, sysfs …).</summary>
internal sealed class FileSystems(TimeProvider clock)
{
    /// <summary>Where Net-SNMP's indexes of file systems begin.</summary>
    private const uint FirstIndex = 31;

    /// <summary>A machine full of containers has thousands of mounts that no one looks at one by one.</summary>
    private const int Most = 512;

    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, uint> _indexes = [];
    private InBackground<List<MountedFileSystem>>? _mounted;

    public List<MountedFileSystem> Mounted => (_mounted ??= new(clock, Freshness, [], _ => Look())).Value;

    private List<MountedFileSystem> Look()
    {
        var found = new Dictionary<string, MountedFileSystem>();
        foreach (var line in File.ReadLines("/proc/self/mounts"))
        {
            var fields = line.Split(' ');
            if (fields.Length < 3 || found.Count == Most)
                continue;
            var path = Unescape(fields[1]);
            // What is mounted later over the same place hides what was there.
            if (Read(path, fields[2]) is { } mounted)
                found[path] = mounted;
        }
        return [.. found.Values];
    }

    private MountedFileSystem? Read(string path, string type)
    {
        try
        {
            var drive = new DriveInfo(path);
            if (drive.TotalSize <= 0)
                return null;
            if (!_indexes.TryGetValue(path, out var index))
                _indexes[path] = index = FirstIndex + (uint)_indexes.Count;
            return new(index, path, type, (ulong)drive.TotalSize, (ulong)(drive.TotalSize - Math.Clamp(drive.TotalFreeSpace, 0, drive.TotalSize)));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null; // not ours to look at, or unmounted meanwhile
        }
    }

    /// <summary>A blank is \040 there.</summary>
    private static string Unescape(string field)
    {
        var text = new StringBuilder();
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length)
            {
                text.Append((char)((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 + (field[i + 3] - '0')));
                i += 3;
            }
            else
            {
                text.Append(field[i]);
            }
        }
        return text.ToString();
    }
}
