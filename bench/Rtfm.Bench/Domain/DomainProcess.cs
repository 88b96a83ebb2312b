using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Rtfm.Bench.Domain;

/// <summary>The published agent as a member of a domain, on a port of its own, with a state that outlives its process.</summary>
internal sealed partial class DomainProcess(string agent, string folder, string credentials, int number) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private Process? _process;
    private TaskCompletionSource<int> _listening = new();

    public int Number { get; } = number;

    public int Port { get; private set; }

    public string Address => $"127.0.0.1:{Port}";

    public bool IsRunning => _process is { HasExited: false };

    private string State => Path.Combine(folder, $"member-{Number}");

    /// <summary>Adds the user that all members have.</summary>
    public void Prepare()
    {
        using var process = Process.Start(
            new ProcessStartInfo(agent, ["user", "add-member", credentials, "--state", State]) { RedirectStandardOutput = true }
        )!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new IOException($"{agent} user add-member failed");
    }

    /// <summary>Starts it, without waiting: with the port that it had before, if it had one.</summary>
    /// <param name="join">A member's address; null: it founds the domain, or goes on in it.</param>
    public void Start(string? join)
    {
        _listening = new();
        string[] arguments =
        [
            "run",
            "--listen",
            $"udp:127.0.0.1:{Port}",
            "--state",
            State,
            "--domain",
            "bench",
            "--domain-credentials",
            credentials,
            .. join is null ? (string[])[] : ["--join", join],
        ];
        var start = new ProcessStartInfo(agent, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // Tens of them share a machine.
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x8000000";
        // Each would compile what it runs often once more, better, and just when it has something to do: the others wait for the cores.
        start.Environment["DOTNET_TieredCompilation"] = "1";
        start.Environment["DOTNET_TC_CallCountingDelayMs"] = "7D0";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Look(line.Data);
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public void AwaitListening()
    {
        if (!_listening.Task.Wait(Patience))
            throw new IOException($"member {Number} does not listen within {Patience.TotalSeconds} s");
        Port = _listening.Task.Result;
    }

    public void Kill()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    public void Dispose() => Kill();

    private void Look(string? line)
    {
        if (line is not null && ListeningAt().Match(line) is { Success: true } match)
            _listening.TrySetResult(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"listening on udp:127\.0\.0\.1:(\d+)")]
    private static partial Regex ListeningAt();
}
