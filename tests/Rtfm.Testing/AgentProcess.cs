using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Rtfm.Testing;

/// <summary>A real <c>rtfm-agent run</c> on a port that the system chose, with state in a folder of its own.</summary>
public sealed partial class AgentProcess : IDisposable
{
    public const string ReadCommunity = "reads";
    public const string WriteCommunity = "writes";

    private readonly Process _process;
    private readonly bool _ownsState;
    private readonly StringBuilder _output = new();
    private readonly ManualResetEventSlim _listening = new();
    private int _port;

    private AgentProcess(string? stateDirectory, string[] arguments)
    {
        _ownsState = stateDirectory is null;
        StateDirectory = stateDirectory ?? Directory.CreateTempSubdirectory("rtfm-agent-").FullName;
        var start = new ProcessStartInfo(
            "dotnet",
            [
                Programs.Path("rtfm-agent"),
                "run",
                "--listen",
                "udp:127.0.0.1:0",
                "--read-community",
                ReadCommunity,
                "--write-community",
                WriteCommunity,
                "--state",
                StateDirectory,
                .. arguments,
            ]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("rtfm-agent does not start");
        _process.OutputDataReceived += (_, line) => Receive(line.Data);
        _process.ErrorDataReceived += (_, line) => Receive(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string StateDirectory { get; }

    public int ProcessId => _process.Id;

    public IPEndPoint EndPoint => new(IPAddress.Loopback, _port);

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Starts an agent and waits until it listens.</summary>
    /// <param name="stateDirectory">Null: one that goes with the agent.</param>
    public static AgentProcess Start(string? stateDirectory = null, params string[] arguments)
    {
        var agent = new AgentProcess(stateDirectory, arguments);
        if (agent._listening.Wait(TimeSpan.FromSeconds(30)))
            return agent;
        var output = agent.Output;
        agent.Dispose();
        throw new InvalidOperationException($"rtfm-agent did not begin to listen:\n{output}");
    }

    /// <summary>Runs a Net-SNMP tool against the agent, v2c, numeric output, and returns its result.</summary>
    public ToolResult Snmp(string tool, params string[] arguments) =>
        SnmpTool.Run(
            tool,
            ["-v2c", "-c", tool == "snmpset" ? WriteCommunity : ReadCommunity, "-On", "-Oe", "-Ot", "-r2", "-t5", $"127.0.0.1:{_port}", .. arguments]
        );

    /// <summary>Ends the process as an operator would: SIGTERM.</summary>
    public int Stop()
    {
        if (!_process.HasExited)
            SnmpTool.Run("kill", ["-TERM", _process.Id.ToString()]);
        if (!_process.WaitForExit(TimeSpan.FromSeconds(15)))
            throw new TimeoutException("rtfm-agent did not end on SIGTERM");
        return _process.ExitCode;
    }

    /// <summary>Ends the process at once, as a crash would: SIGKILL.</summary>
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
        _listening.Dispose();
        if (_ownsState)
            Directory.Delete(StateDirectory, recursive: true);
    }

    private void Receive(string? line)
    {
        if (line is null)
            return;
        lock (_output)
            _output.AppendLine(line);
        if (ListeningLine().Match(line) is { Success: true } match)
        {
            _port = int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
            _listening.Set();
        }
    }

    [GeneratedRegex(@"listening on udp:127\.0\.0\.1:(\d+)")]
    private static partial Regex ListeningLine();
}
