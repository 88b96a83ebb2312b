using System.Diagnostics;
using System.Net.NetworkInformation;
using Rtfm.Bench.Meters;
using Rtfm.Bench.Processes;

namespace Rtfm.Bench.SnmpLoad;

/// <summary>Puts each test to each agent in turn, so that what else the machine does meets all.</summary>
internal sealed class LoadComparison(IReadOnlyList<Server> servers, TimeSpan duration, string only, CancellationToken stop)
{
    /// <summary>The just-in-time compiler has seen what matters by then.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    public LoadReport Run()
    {
        var results = new List<LoadResult>();
        foreach (var test in LoadTest.All.Where(test => $"{test.Asker} {test.Name}".Contains(only, StringComparison.OrdinalIgnoreCase)))
        {
            foreach (var server in servers)
            {
                Console.Error.WriteLine($"{test.Name}, {test.Asker}, {server.Name}");
                results.Add(Measure(test, server));
            }
        }
        return new()
        {
            Date = DateOnly.FromDateTime(DateTime.UtcNow),
            Machine = Machine.This,
            Interfaces = NetworkInterface.GetAllNetworkInterfaces().Length,
            PeerVersion = Programs.Version("snmpd"),
            Results = results,
        };
    }

    private LoadResult Measure(LoadTest test, Server server)
    {
        using var load = test.Make(server);
        Run(load, WarmUp);
        load.Clear();
        var (cpu, began) = (server.CpuSeconds, Stopwatch.GetTimestamp());
        Run(load, duration);
        var took = Stopwatch.GetElapsedTime(began);
        cpu = server.CpuSeconds - cpu;
        if (server.HasEnded)
            throw new IOException($"{server.Name} ended in the middle");
        var quantiles = load.Latencies.Quantiles(0.5, 0.99);
        return new()
        {
            Test = test.Name,
            Asker = test.Asker,
            Server = server.Name,
            Answers = load.Answers,
            VarBinds = load.VarBinds,
            Bad = load.Bad,
            Lost = load.Lost,
            Seconds = took.TotalSeconds,
            CpuSeconds = cpu,
            MedianMicroseconds = quantiles[0],
            SlowestPercentMicroseconds = quantiles[1],
        };
    }

    private void Run(Load load, TimeSpan time)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        end.CancelAfter(time);
        load.Run(end.Token);
        stop.ThrowIfCancellationRequested();
    }
}
