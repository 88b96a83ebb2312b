using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Rtfm.Bench.Traces;

namespace Rtfm.Bench.SnmpLoad;

/// <summary>The published agent, with a user and as many flows as a small meter has.</summary>
internal sealed partial class OurAgent : Server
{
    private const int Flows = 10_000;

    private readonly TaskCompletionSource<int> _port = new();
    private readonly TaskCompletionSource _read = new();

    public OurAgent(string agent, string folder)
    {
        var manager = Path.Combine(Path.GetDirectoryName(agent)!, "rtfm-manager");
        if (!File.Exists(manager))
            throw new IOException($"there is no rtfm-manager beside {agent}, to load the rule set: './rtfm build' makes both in out/");
        var trace = Path.Combine(folder, "trace.pcap");
        using (var file = File.Create(trace))
            new TraceGenerator(TraceParameters.ManyFlows with { Packets = 4 * Flows, Flows = Flows }).Write(file);
        var (state, passwords) = (Path.Combine(folder, "state"), Path.Combine(folder, "passwords"));
        File.WriteAllText(passwords, Password);
        Run(agent, ["user", "add", User, "--auth", "SHA-256", "--priv", "AES", "--password-file", passwords, "--state", state]);
        string[] arguments =
        [
            "run",
            "--read",
            trace,
            "--wait-for-rule-set",
            "--listen",
            "udp:127.0.0.1:0",
            "--write-community",
            Community,
            "--state",
            state,
        ];
        Program = Process.Start(new ProcessStartInfo(agent, arguments) { RedirectStandardOutput = true })!;
        Program.OutputDataReceived += (_, line) => Look(line.Data);
        Program.BeginOutputReadLine();
        Wait(_port.Task, "listen");
        Run(manager, ["ruleset", "load", EndPoint.ToString(), Repository.FiveTuple, "--name", "bench", "--owner", "bench", "--run"]);
        Wait(_read.Task, "read its packets");
    }

    public override string Name => "rtfm";

    public override IPEndPoint EndPoint => new(IPAddress.Loopback, _port.Task.Result);

    private void Wait(Task task, string what)
    {
        if (task.Wait(Patience))
            return;
        Dispose();
        throw new IOException($"rtfm-agent did not {what} within {Patience.TotalSeconds} s");
    }

    private static void Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["RTFM_COMMUNITY"] = Community;
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEndAsync();
        var complaint = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new IOException($"{program} {arguments[0]} failed: {complaint}{said.Result}");
    }

    private void Look(string? line)
    {
        if (line is null)
            return;
        if (ListeningAt().Match(line) is { Success: true } match)
            _port.TrySetResult(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
        else if (AllPacketsRead().IsMatch(line))
            _read.TrySetResult();
    }

    [GeneratedRegex(@"listening on udp:127\.0\.0\.1:(\d+)")]
    private static partial Regex ListeningAt();

    [GeneratedRegex(@": all \d+ packets read")]
    private static partial Regex AllPacketsRead();
}
