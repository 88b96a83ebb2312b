using System.Diagnostics;
using Rtfm.Testing;

namespace Rtfm.MeterReader.Tests;

/// <summary>Runs <c>rtfm-meterreader</c> and <c>rtfm-manager</c> as an operator does.</summary>
internal static class ReaderProgram
{
    public static ToolResult Run(params string[] arguments) => SnmpTool.Run("dotnet", [Programs.Path("rtfm-meterreader"), .. arguments]);

    public static ToolResult Manage(params string[] arguments) => SnmpTool.Run("dotnet", [Programs.Path("rtfm-manager"), .. arguments]);

    /// <summary>Starts it and does not wait.</summary>
    public static Process Start(IDictionary<string, string>? environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Programs.Path("rtfm-meterreader"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException("rtfm-meterreader does not start");
    }
}
