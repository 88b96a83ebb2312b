using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rtfm.Control.Reading;
using Rtfm.MeterReader.Storage;
using Rtfm.Snmp.Client;

namespace Rtfm.MeterReader.Collection;

/// <summary>Opens a session with a meter's agent.</summary>
/// <exception cref="SnmpException">The meter cannot be found.</exception>
internal delegate Task<IMeterSession> MeterConnector(MeterSettings meter, CancellationToken cancellationToken);

/// <summary>Collects from every meter on its own schedule; one that is slow, down or lying delays no other.</summary>
internal sealed class CollectionService(
    ReaderSettings settings,
    MeterConnector connect,
    IFlowStore store,
    TimeProvider clock,
    ILogger<CollectionService> logger
) : BackgroundService
{
    private static readonly TimeSpan RetentionInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll([
            .. settings.Meters.Select(meter => Task.Run(() => CollectFromAsync(meter, stoppingToken), stoppingToken)),
            Task.Run(() => RetainAsync(stoppingToken), stoppingToken),
        ]);

    private async Task CollectFromAsync(MeterSettings meter, CancellationToken stoppingToken)
    {
        var collector = new Collector(meter, store, clock);
        var schedule = new CollectionSchedule(meter.Interval);
        var failure = new Complaint(clock);
        var oddity = new Complaint(clock);
        while (!stoppingToken.IsCancellationRequested)
        {
            var began = clock.GetUtcNow();
            try
            {
                var session = await connect(meter, stoppingToken).ConfigureAwait(false);
                var result = await collector.CollectAsync(session, stoppingToken).ConfigureAwait(false);
                var took = clock.GetUtcNow() - began;
                Instruments.Collected(result, took);
                Log.Collected(logger, meter.Name, result.Flows, result.RuleSets.Count, took.TotalSeconds);
                if (failure.Count > 0)
                    Log.Recovered(logger, meter.Name, failure.Count);
                failure.Clear();
                ReportOddities(result, oddity);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (Faults.IsExpected(fault))
            {
                Fail(meter, fault.Message, failure);
            }
            catch (Exception fault)
            {
                // A fault of ours, not of the meter's; it must not end the collection from all others.
                Log.Unexpected(logger, fault, meter.Name);
                Fail(meter, fault.Message, failure);
            }
            var next = schedule.Next(began, clock.GetUtcNow(), failure.Count, out var skipped);
            Instruments.Skipped(meter.Name, skipped);
            if (skipped > 0)
                Log.Skipped(logger, meter.Name, skipped, meter.Interval);
            await SleepUntilAsync(next, stoppingToken).ConfigureAwait(false);
        }
    }

    private void Fail(MeterSettings meter, string reason, Complaint failure)
    {
        Instruments.Failed(meter.Name);
        if (failure.Add())
            Log.Failed(logger, meter.Name, reason, failure.Count);
        try
        {
            store.NoteFailure(meter.Name, clock.GetUtcNow(), reason);
        }
        catch (StoreException)
        {
            // It is in the log; and the store's own fault shows itself with the next collection.
        }
    }

    private void ReportOddities(CollectionResult result, Complaint oddity)
    {
        var isShared = result.RuleSets.Any(each => each.IsShared);
        var absurd = result.RuleSets.Sum(each => each.AbsurdCounters);
        if (result.Missing.Count == 0 && result.BadPackages == 0 && absurd == 0 && !isShared)
        {
            oddity.Clear();
            return;
        }
        if (!oddity.Add())
            return;
        if (result.Missing.Count > 0)
            Log.MissingRuleSets(logger, result.Meter, string.Join(", ", result.Missing), oddity.Count);
        if (result.BadPackages > 0)
            Log.BadPackages(logger, result.Meter, result.BadPackages, oddity.Count);
        if (absurd > 0)
            Log.AbsurdCounters(logger, result.Meter, absurd, oddity.Count);
        if (isShared)
            Log.SharedRow(logger, result.Meter, oddity.Count);
    }

    private async Task RetainAsync(CancellationToken stoppingToken)
    {
        var failure = new Complaint(clock);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                DateTimeOffset? notBefore = settings.MaxAge is { } age ? clock.GetUtcNow() - age : null;
                var steps = 0;
                while (!stoppingToken.IsCancellationRequested && store.Retain(notBefore, settings.MaxSize))
                {
                    steps++;
                    await Task.Yield(); // those who collect come first
                }
                if (steps > 0)
                    Log.Retained(logger, steps);
                failure.Clear();
            }
            catch (StoreException fault)
            {
                if (failure.Add())
                    Log.RetentionFailed(logger, fault.Message, failure.Count);
            }
            await SleepUntilAsync(clock.GetUtcNow() + RetentionInterval, stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task SleepUntilAsync(DateTimeOffset time, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested && time - clock.GetUtcNow() is var wait && wait > TimeSpan.Zero)
        {
            var nap = wait < LongestSleep ? wait : LongestSleep;
            await Task.Delay(nap, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
