using System.Diagnostics;

namespace Rtfm.Bench.Processes;

internal static class Programs
{
    /// <summary>Where a program is: in PATH, or where daemons are kept; null: not installed. A path is taken as it is.</summary>
    public static string? Find(string program)
    {
        var folders = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':', StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }

    /// <summary>What a program prints; null where it is missing or fails.</summary>
    public static string? Ask(string program, params string[] arguments)
    {
        if (Find(program) is not { } path)
            return null;
        using var process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        // Little is said on stderr: it does not fill the pipe.
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? text : null;
    }

    /// <summary>The version of an installed Debian package.</summary>
    public static string? Version(string package) => Ask("dpkg-query", "-W", "-f", "${Version}", package);
}
