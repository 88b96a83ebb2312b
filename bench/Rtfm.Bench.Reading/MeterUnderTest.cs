using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace Rtfm.Bench.Reading;

/// <summary>The published agent, with a rule set loaded by the published manager and a capture read.</summary>
internal sealed partial class MeterUnderTest : IDisposable
{
    public const string Community = "bench";

    private readonly Process _agent;
    private readonly TaskCompletionSource<int> _port = new();
    private readonly TaskCompletionSource _read = new();

    private MeterUnderTest(string programs, string work, string capture, bool inRealTime)
    {
        var state = Path.Combine(work, Path.GetFileNameWithoutExtension(capture) + "-agent");
        string[] arguments =
        [
            "run",
            "--read",
            capture,
            "--pace",
            inRealTime ? "real" : "max",
            "--wait-for-rule-set",
            "--listen",
            "udp:127.0.0.1:0",
            "--write-community",
            Community,
            "--max-flows",
            "2000000",
            "--state",
            state,
        ];
        var start = new ProcessStartInfo(Path.Combine(programs, "rtfm-agent"), arguments) { RedirectStandardOutput = true };
        _agent = Process.Start(start) ?? throw new InvalidOperationException("rtfm-agent does not start");
        _agent.OutputDataReceived += (_, line) => Look(line.Data);
        _agent.BeginOutputReadLine();
    }

    public IPEndPoint EndPoint => new(IPAddress.Loopback, _port.Task.Result);

    /// <summary>Completes when the whole capture was metered.</summary>
    public Task AllRead => _read.Task;

    /// <summary>Processor time that the agent used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _agent.Refresh();
            return _agent.TotalProcessorTime;
        }
    }

    /// <summary>Starts the agent and the metering.</summary>
    public static async Task<MeterUnderTest> StartAsync(string programs, string work, string rules, string capture, bool inRealTime = false)
    {
        var meter = new MeterUnderTest(programs, work, capture, inRealTime);
        var port = await meter._port.Task.WaitAsync(TimeSpan.FromSeconds(30)).ConfigureAwait(false);
        await PublishedProgram
            .RunAsync(
                Path.Combine(programs, "rtfm-manager"),
                Community,
                ["ruleset", "load", $"127.0.0.1:{port}", rules, "--name", "bench", "--owner", "bench", "--run"]
            )
            .ConfigureAwait(false);
        return meter;
    }

    public void Dispose()
    {
        _agent.Kill();
        _agent.WaitForExit();
        _agent.Dispose();
    }

    private void Look(string? line)
    {
        if (line is null)
            return;
        if (ListeningAt().Match(line) is { Success: true } match)
            _port.TrySetResult(int.Parse(match.Groups[1].ValueSpan, provider: null));
        else if (AllPacketsRead().IsMatch(line))
            _read.TrySetResult();
    }

    [GeneratedRegex(@"listening on udp:127\.0\.0\.1:(\d+)")]
    private static partial Regex ListeningAt();

    [GeneratedRegex(@": all \d+ packets read")]
    private static partial Regex AllPacketsRead();
}
