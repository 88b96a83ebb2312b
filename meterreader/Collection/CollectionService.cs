using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rtfm.MeterReader.Storage;
using Rtfm.Snmp.Client;

namespace Rtfm.MeterReader.Collection;

/// <summary>Collects from every meter on its own schedule; one that is slow or down delays no other.</summary>
internal sealed class CollectionService(
    ReaderSettings settings,
    Collector collector,
    IFlowStore store,
    TimeProvider clock,
    ILogger<CollectionService> logger
) : BackgroundService
{
    private static readonly TimeSpan RetentionInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ComplaintInterval = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll([.. settings.Meters.Select(meter => CollectFromAsync(meter, stoppingToken)), RetainAsync(stoppingToken)]);

    private async Task CollectFromAsync(MeterSettings meter, CancellationToken stoppingToken)
    {
        var failures = 0;
        var lastComplaint = DateTimeOffset.MinValue;
        var next = clock.GetUtcNow();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var began = clock.GetTimestamp();
                var result = await collector.CollectAsync(meter, stoppingToken).ConfigureAwait(false);
                Instruments.Collected(result, clock.GetElapsedTime(began));
                Log.Collected(logger, meter.Name, result.Flows, result.RuleSets.Count, clock.GetElapsedTime(began).TotalSeconds);
                if (result.BadPackages > 0)
                    Log.BadPackages(logger, meter.Name, result.BadPackages);
                if (failures > 0)
                    Log.Recovered(logger, meter.Name, failures);
                failures = 0;
            }
            catch (Exception fault)
                when (fault is SnmpException or CollectionException or StoreException or FormatException or Microsoft.Data.Sqlite.SqliteException)
            {
                failures++;
                Instruments.Failed(meter.Name);
                // Once, then once a minute with the count: a meter that is down for a night must not fill the log.
                if (failures == 1 || clock.GetUtcNow() - lastComplaint >= ComplaintInterval)
                {
                    Log.Failed(logger, meter.Name, fault.Message, failures);
                    lastComplaint = clock.GetUtcNow();
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            next = NextTick(next, meter.Interval);
            await SleepUntilAsync(next, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>The schedule is kept: a collection that took longer than its interval skips what it missed.</summary>
    private DateTimeOffset NextTick(DateTimeOffset last, TimeSpan interval)
    {
        var now = clock.GetUtcNow();
        var missed = now > last ? (long)((now - last) / interval) : 0;
        return last + interval * (missed + 1);
    }

    private async Task RetainAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                DateTimeOffset? notBefore = settings.MaxAge is { } age ? clock.GetUtcNow() - age : null;
                if (store.Retain(notBefore, settings.MaxSize) is > 0 and var removed)
                    Log.Retained(logger, removed);
            }
            catch (Microsoft.Data.Sqlite.SqliteException fault)
            {
                Log.RetentionFailed(logger, fault.Message);
            }
            await SleepUntilAsync(clock.GetUtcNow() + RetentionInterval, stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task SleepUntilAsync(DateTimeOffset time, CancellationToken stoppingToken)
    {
        var wait = time - clock.GetUtcNow();
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
