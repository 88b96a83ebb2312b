using System.Diagnostics;

namespace Rtfm.Testing;

/// <summary>Runs a command of Net-SNMP (or another tool) and returns what it printed; bounded in time.</summary>
public static class SnmpTool
{
    public static bool IsInstalled { get; } = File.Exists("/usr/bin/snmpget");

    /// <summary>Runs a tool.</summary>
    /// <exception cref="TimeoutException">It did not end in time and was killed.</exception>
    public static ToolResult Run(string tool, IEnumerable<string> arguments, TimeSpan? within = null)
    {
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // Without MIB files names stay numbers, and the tools start at once.
        start.Environment["MIBS"] = "";
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{tool} does not start");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(within ?? TimeSpan.FromSeconds(60)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{tool} {string.Join(' ', arguments)} did not end");
        }
        return new ToolResult(process.ExitCode, output.Result, errors.Result);
    }
}

/// <summary>How a tool ended and what it printed.</summary>
public sealed record ToolResult(int ExitCode, string Output, string Errors)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
