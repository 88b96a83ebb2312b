using Microsoft.Extensions.Hosting;

namespace Rtfm.Agent.Mib.Host;

/// <summary>
/// Looks at the machine also while nobody asks: at the interfaces every second, so that the time of a change is known, and at the processors for their
/// load over the last minute.
/// </summary>
internal sealed class HostWatch(HostMachine host, TimeProvider clock) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Links.Freshness, clock);
        var sampledAt = clock.GetTimestamp();
        // What changes from now on is a change.
        _ = host.Links.Current;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                _ = host.Links.Current;
                if (clock.GetElapsedTime(sampledAt) < ProcessorLoad.SampleInterval)
                    continue;
                host.Load.Sample();
                sampledAt = clock.GetTimestamp();
            }
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }
}
