using System.Diagnostics;
using System.Globalization;
using System.Net;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;

namespace Rtfm.Bench.SnmpLoad;

/// <summary>Our client polls thousands of agents, round after round, over one socket.</summary>
internal sealed class Polling(int agents, TimeSpan duration, CancellationToken stop)
{
    /// <summary>Requests under way at a time.</summary>
    private const int UnderWay = 512;

    private static readonly ObjectIdentifier[] Names = [new(Requests.SysUpTime), new(1, 3, 6, 1, 2, 1, 1, 5, 0), new(1, 3, 6, 1, 2, 1, 11, 1, 0)];

    private readonly Latencies _latencies = new();
    private long _answered;
    private long _lost;

    public async Task<int> RunAsync()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Polling).Assembly.Location, Responder.Verb])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var responder = Process.Start(start)!;
        var port = int.Parse((await responder.StandardOutput.ReadLineAsync(stop).ConfigureAwait(false))!, CultureInfo.InvariantCulture);
        try
        {
            var targets = Enumerable.Range(0, agents).Select(i => Target(i, port)).ToArray();
            await using var client = new SnmpClient();
            // One round for the just-in-time compiler.
            await PollAsync(client, targets, TimeSpan.Zero).ConfigureAwait(false);
            (_answered, _lost) = (0, 0);
            _latencies.Clear();
            var (cpu, collections, began) = (Environment.CpuUsage.TotalTime, GC.CollectionCount(0), Stopwatch.GetTimestamp());
            await PollAsync(client, targets, duration).ConfigureAwait(false);
            var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
            Write(took, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds, GC.CollectionCount(0) - collections);
            return _lost == 0 ? 0 : 1;
        }
        finally
        {
            responder.StandardInput.Close();
            await responder.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task PollAsync(SnmpClient client, SnmpTarget[] targets, TimeSpan time)
    {
        var began = Stopwatch.GetTimestamp();
        var next = -1;
        async Task PollSomeAsync()
        {
            for (int i; (i = Interlocked.Increment(ref next)) < targets.Length || Stopwatch.GetElapsedTime(began) < time; )
                await AskAsync(client, targets[i % targets.Length]).ConfigureAwait(false);
        }
        await Task.WhenAll(Enumerable.Range(0, UnderWay).Select(_ => Task.Run(PollSomeAsync, stop))).ConfigureAwait(false);
    }

    private async Task AskAsync(SnmpClient client, SnmpTarget target)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            var answer = await client.GetAsync(target, Names, stop).ConfigureAwait(false);
            _latencies.Add(began);
            Interlocked.Add(ref _answered, answer.Count == Names.Length ? 1 : 0);
        }
        catch (SnmpException)
        {
            Interlocked.Increment(ref _lost);
        }
    }

    private void Write(double seconds, double cpuSeconds, int collections)
    {
        var quantiles = _latencies.Quantiles(0.5, 0.99);
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                {agents:N0} agents, {Names.Length} varbinds each, {UnderWay} requests under way, one socket
                polls/s            {_answered / seconds, 12:N0}
                polls/CPU s        {_answered / cpuSeconds, 12:N0}   of the client, not of the agents
                a round of all, s  {agents * seconds / _answered, 12:N2}
                p50, p99 ms        {quantiles[0] / 1_000, 12:N1} {quantiles[1] / 1_000:N1}
                lost               {_lost, 12:N0}   of {_answered + _lost:N0}, no retries
                memory MB          {(self.WorkingSet64 / 1e6), 12:N0}   resident; {GC.GetTotalMemory(false)
                    / 1e6:N0} on the heap, {collections:N0} collections
                """
            )
        );
    }

    private static SnmpTarget Target(int i, int port) =>
        new(new IPEndPoint(new IPAddress([127, (byte)(1 + i / 62_500), (byte)(i / 250 % 250), (byte)(1 + i % 250)]), port), Server.Credentials)
        {
            Timeout = TimeSpan.FromSeconds(2),
            Retries = 0,
        };
}
