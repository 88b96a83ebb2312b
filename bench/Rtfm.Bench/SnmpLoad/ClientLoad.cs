using System.Diagnostics;
using System.Net;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;

namespace Rtfm.Bench.SnmpLoad;

/// <summary>Our client library, as the manager and the meter reader use it.</summary>
/// <param name="credentials">In whose name it asks.</param>
/// <param name="repetitions">Of a GETBULK; 0: a GET.</param>
internal sealed class ClientLoad(IPEndPoint agent, SnmpCredentials credentials, uint[] name, int outstanding, int repetitions) : Load
{
    private readonly SnmpClient _client = new();
    private readonly SnmpTarget _target = new(agent, credentials) { Retries = 0 };
    private readonly ObjectIdentifier[] _names = [new(name)];

    public override void Run(CancellationToken stop) =>
        Task.WaitAll(Enumerable.Range(0, outstanding).Select(_ => Task.Run(() => AskAsync(stop), CancellationToken.None)), CancellationToken.None);

    public override void Dispose() => _client.DisposeAsync().AsTask().Wait();

    private async Task AskAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                var varBinds =
                    repetitions > 0
                        ? await BulkAsync().ConfigureAwait(false)
                        : (await _client.GetAsync(_target, _names, CancellationToken.None).ConfigureAwait(false)).Count;
                Latencies.Add(began);
                Interlocked.Increment(ref Answers);
                Interlocked.Add(ref VarBinds, varBinds);
            }
            catch (SnmpTimeoutException)
            {
                Interlocked.Increment(ref Lost);
            }
            catch (SnmpException)
            {
                Interlocked.Increment(ref Bad);
            }
        }
    }

    private async Task<int> BulkAsync()
    {
        using var answer = await _client.GetBulkResponseAsync(_target, _names, 0, repetitions, CancellationToken.None).ConfigureAwait(false);
        var count = 0;
        for (var reader = answer.Read(); reader.Read(); )
            count++;
        return count;
    }
}
