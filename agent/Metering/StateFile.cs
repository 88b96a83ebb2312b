using Rtfm.Agent.Capture;

namespace Rtfm.Agent.Metering;

/// <summary>Files that only their owner reads and that a crash leaves whole: as they were, or as they were to be.</summary>
internal static class StateFile
{
    /// <summary>Makes a folder for the owner only, where there is none.</summary>
    public static void MakeFolder(string folder)
    {
        if (!Directory.Exists(folder))
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Writes a new file, flushes it, and puts it in place of the old one.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        var fresh = path + ".new";
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var stream = new FileStream(fresh, options))
        {
            write(stream);
            stream.Flush(flushToDisk: true);
        }
        File.Move(fresh, path, overwrite: true);
        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Else a loss of power might bring the old file back. Where the file system cannot, nothing is lost but that.</summary>
    private static void FlushFolder(string folder)
    {
        var descriptor = Libc.Open(folder, Libc.CloseOnExec);
        if (descriptor < 0)
            return;
        _ = Libc.Flush(descriptor);
        _ = Libc.Close(descriptor);
    }

    /// <summary>Puts a file that cannot be read aside.</summary>
    /// <returns>Where it is now.</returns>
    public static string PutAside(string path)
    {
        var aside = $"{path}.unreadable-{DateTimeOffset.UtcNow:yyyyMMddHHmmss}";
        File.Move(path, aside, overwrite: true);
        return aside;
    }
}
