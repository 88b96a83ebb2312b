using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rtfm.Control.Reading;
using Rtfm.MeterReader.Collection.Domain;
using Rtfm.MeterReader.Storage;
using Rtfm.Snmp.Client;

namespace Rtfm.MeterReader.Collection;

/// <summary>Opens a session with a meter's agent.</summary>
/// <exception cref="SnmpException">The meter cannot be found.</exception>
internal delegate Task<IMeterSession> MeterConnector(MeterSettings meter, CancellationToken cancellationToken);

/// <summary>Makes what collects from a domain.</summary>
internal delegate DomainCollector DomainConnector(DomainSettings domain);

/// <summary>Collects from every meter and domain on its own schedule; one that is slow, down or lying delays no other.</summary>
internal sealed class CollectionService(
    ReaderSettings settings,
    MeterConnector connect,
    DomainConnector connectDomain,
    IFlowStore store,
    TimeProvider clock,
    ILogger<CollectionService> logger
) : BackgroundService
{
    private static readonly TimeSpan RetentionInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(1);

    /// <summary>A domain whose master is gone has another one within seconds: it is asked again so soon, so many times, before it is treated as a meter that is down.</summary>
    private static readonly TimeSpan DomainPause = TimeSpan.FromSeconds(1);

    private const int DomainAttempts = 10;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll([
            .. settings.Meters.Select(meter => Task.Run(() => CollectFromAsync(meter, stoppingToken), stoppingToken)),
            .. settings
                .Domains.Where(domain => domain.Push is null)
                .Select(domain => Task.Run(() => CollectFromAsync(domain, stoppingToken), stoppingToken)),
            Task.Run(() => RetainAsync(stoppingToken), stoppingToken),
        ]);

    private Task CollectFromAsync(MeterSettings meter, CancellationToken stoppingToken)
    {
        var collector = new Collector(meter, store, clock);
        return CollectFromAsync(
            meter.Name,
            meter.Interval,
            async stopping => await collector.CollectAsync(await connect(meter, stopping).ConfigureAwait(false), stopping).ConfigureAwait(false),
            quickAttempts: 0,
            stoppingToken
        );
    }

    private Task CollectFromAsync(DomainSettings domain, CancellationToken stoppingToken) =>
        CollectFromAsync(domain.Name, domain.Reading.Interval, connectDomain(domain).CollectAsync, DomainAttempts, stoppingToken);

    private async Task CollectFromAsync(
        string name,
        TimeSpan interval,
        Func<CancellationToken, Task<CollectionResult>> collect,
        int quickAttempts,
        CancellationToken stoppingToken
    )
    {
        var schedule = new CollectionSchedule(interval);
        var failure = new Complaint(clock);
        var oddity = new Complaint(clock);
        while (!stoppingToken.IsCancellationRequested)
        {
            var began = clock.GetUtcNow();
            try
            {
                var result = await collect(stoppingToken).ConfigureAwait(false);
                var took = clock.GetUtcNow() - began;
                Instruments.Collected(result, took);
                Log.Collected(logger, name, result.Flows, result.RuleSets.Count, took.TotalSeconds);
                if (failure.Count > 0)
                    Log.Recovered(logger, name, failure.Count);
                failure.Clear();
                ReportOddities(result, oddity);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (Faults.IsExpected(fault))
            {
                Fail(name, fault.Message, failure);
            }
            catch (Exception fault)
            {
                // A fault of ours, not of the meter's; it must not end the collection from all others.
                Log.Unexpected(logger, fault, name);
                Fail(name, fault.Message, failure);
            }
            var isQuick = failure.Count > 0 && failure.Count <= quickAttempts;
            var next = schedule.Next(began, clock.GetUtcNow(), Math.Max(0, failure.Count - quickAttempts), out var skipped);
            if (isQuick && clock.GetUtcNow() + DomainPause is var soon && soon < next)
                next = soon;
            Instruments.Skipped(name, skipped);
            if (skipped > 0)
                Log.Skipped(logger, name, skipped, interval);
            await SleepUntilAsync(next, stoppingToken).ConfigureAwait(false);
        }
    }

    private void Fail(string name, string reason, Complaint failure)
    {
        Instruments.Failed(name);
        if (failure.Add())
            Log.Failed(logger, name, reason, failure.Count);
        try
        {
            store.NoteFailure(name, clock.GetUtcNow(), reason);
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
