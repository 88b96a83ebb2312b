using Microsoft.Extensions.Hosting;

namespace Rtfm.Agent.Metering;

/// <summary>Lets the meter do what is due, once a second.</summary>
internal sealed class UpkeepService(TrafficMeter meter, TimeProvider clock) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
                meter.Maintain();
        }
        catch (OperationCanceledException)
        {
            // The meter stops.
        }
    }
}
