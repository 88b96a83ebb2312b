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
