using System.Diagnostics;
using System.Globalization;

namespace Rtfm.Bench.Delay;

/// <summary>A domain in the lab whose meters sample packets, and what they cost: processor time and octets on the management network, second by second.</summary>
internal sealed class LabRun : IDisposable
{
    private const string Everyone = "10.97.0.";

    private readonly string _folder;
    private readonly int _edges;
    private readonly int[] _processes;

    /// <exception cref="IOException">There can be no lab.</exception>
    public LabRun(string folder, int edges, int rate, string mode)
    {
        (_folder, _edges) = (folder, edges);
        Lab("up", "--edges", Text(edges), "--rate", Text(rate));
        try
        {
            Lab("manager", "domain", "apply", Members, Path.Combine(Repository.Root, "docs", "rulesets", "domain-delay.srl"));
            Lab("manager", "domain", "collection", Members, "--interval", "5", "--delays", mode);
            _processes =
            [
                .. Enumerable
                    .Range(1, edges)
                    .Select(n => int.Parse(File.ReadAllText(Path.Combine(folder, "pid", $"edge{n}")), CultureInfo.InvariantCulture)),
            ];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private string Members => string.Join(',', Enumerable.Range(1, _edges).Select(n => Everyone + Text(n)));

    /// <summary>Number of the edge whose meter is the master, from 0; −1: none is.</summary>
    public int Master()
    {
        var status = Lab("manager", "domain", "status", Members, "--json");
        var name = System.Text.Json.JsonDocument.Parse(status).RootElement.GetProperty("master").GetString();
        return name is not null && name.StartsWith("edge", StringComparison.Ordinal) ? int.Parse(name[4..], CultureInfo.InvariantCulture) - 1 : -1;
    }

    /// <summary>Measures every router for so many seconds.</summary>
    /// <returns>By router, then by second.</returns>
    public async Task<Load[][]> MeasureAsync(int seconds, CancellationToken stop)
    {
        var loads = _processes.Select(_ => new Load[seconds]).ToArray();
        var before = _processes.Select(Now).ToArray();
        var clock = Stopwatch.StartNew();
        for (var second = 0; second < seconds; second++)
        {
            var wait = TimeSpan.FromSeconds(second + 1) - clock.Elapsed;
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, stop).ConfigureAwait(false);
            for (var i = 0; i < _processes.Length; i++)
            {
                var now = Now(_processes[i]);
                loads[i][second] = new((now.Cpu - before[i].Cpu).TotalSeconds, now.Octets - before[i].Octets);
                before[i] = now;
            }
        }
        return loads;
    }

    public void Dispose()
    {
        if (File.Exists(Path.Combine(_folder, "prefix")))
            Lab("down");
    }

    private static (TimeSpan Cpu, long Octets) Now(int process)
    {
        using var found = Process.GetProcessById(process);
        // In that process's network: name, octets received, seven more of the receiver, octets sent.
        var line = File.ReadLines($"/proc/{process}/net/dev").First(each => each.TrimStart().StartsWith("manage:", StringComparison.Ordinal));
        var cells = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (found.TotalProcessorTime, long.Parse(cells[0], CultureInfo.InvariantCulture) + long.Parse(cells[8], CultureInfo.InvariantCulture));
    }

    private string Lab(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "rtfm"), ["lab", "--folder", _folder, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new IOException($"./rtfm lab {string.Join(' ', arguments)} failed: {errors.Result.Trim()}{output.Trim()}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What a router's meter took in one second.</summary>
/// <param name="Cpu">Seconds of processor time.</param>
/// <param name="Octets">Sent and received on the management network.</param>
internal readonly record struct Load(double Cpu, long Octets);
