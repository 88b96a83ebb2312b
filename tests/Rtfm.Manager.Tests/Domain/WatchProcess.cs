using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Rtfm.Testing;

namespace Rtfm.Manager.Tests.Domain;

/// <summary>A real <c>rtfm-manager domain watch --json</c>, and what it has told.</summary>
internal sealed class WatchProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<JsonElement> _lines = [];

    /// <param name="stateFolder">Where it keeps its engine.</param>
    public WatchProcess(string stateFolder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Programs.Path("rtfm-manager"), "domain", "watch", "--json", "--interval", "0.2", .. arguments])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["XDG_STATE_HOME"] = stateFolder;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
                return;
            lock (_lines)
                _lines.Add(JsonDocument.Parse(line.Data).RootElement);
        };
        _process.BeginOutputReadLine();
    }

    /// <summary>The text of each event of that name.</summary>
    public string[] Events(string name)
    {
        lock (_lines)
        {
            return
            [
                .. _lines
                    .Where(line => line.TryGetProperty("event", out var heard) && heard.GetProperty("event").GetString() == name)
                    .Select(line => line.GetProperty("event").GetProperty("text").GetString()!),
            ];
        }
    }

    /// <summary>Ends it as Ctrl-C does.</summary>
    public int Interrupt()
    {
        SnmpTool.Run("kill", ["-INT", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        _process.WaitForExit();
        return _process.ExitCode;
    }

    /// <summary>Ends it as a crash does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }
}
