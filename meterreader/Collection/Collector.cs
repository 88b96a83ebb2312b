using Rtfm.Control.Reading;
using Rtfm.MeterReader.Storage;

namespace Rtfm.MeterReader.Collection;

/// <summary>Collects the flows of one meter into the store (RFC 2722 §5; READ-01 to READ-06).</summary>
public sealed class Collector(MeterSettings settings, IFlowStore store, TimeProvider clock)
{
    private readonly FlowReading _reading = new(settings);

    /// <summary>Who we are in the meter's table of readers: the store, unless the settings say otherwise. The bookmark is the store's, so the row must be too.</summary>
    private string Owner => settings.Owner ?? $"rtfm-meterreader {store.Id}";

    /// <summary>One pass over everything that is to be collected.</summary>
    /// <exception cref="Rtfm.Snmp.Client.SnmpException">The meter does not answer, or not as it should.</exception>
    /// <exception cref="CollectionException">What it answers makes no sense, or takes too long.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<CollectionResult> CollectAsync(IMeterSession meter, CancellationToken cancellationToken)
    {
        // After this time the meter removes our row anyway.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(settings.ReaderTimeoutSeconds), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await PassAsync(meter, either.Token).ConfigureAwait(false);
        }
        catch (MeterRestartedException)
        {
            // Nothing of what was being read is in the store. The second time the new life is seen from its beginning.
            try
            {
                return await PassAsync(meter, either.Token).ConfigureAwait(false);
            }
            catch (MeterRestartedException again)
            {
                throw new CollectionException(again.Message);
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new CollectionException($"{settings.Name}: the collection did not end within {settings.ReaderTimeoutSeconds} s and is given up");
        }
    }

    private async Task<CollectionResult> PassAsync(IMeterSession meter, CancellationToken cancellationToken)
    {
        var life = await MeterLife.ReadAsync(meter, clock, cancellationToken).ConfigureAwait(false);
        var missing = new List<string>();
        var ruleSets = await RuleSetSelection.FindAsync(meter, settings.RuleSets, missing, cancellationToken).ConfigureAwait(false);
        var rows = await ReaderRow.FindAsync(meter, Owner, cancellationToken).ConfigureAwait(false);
        var epoch = store.Epoch(settings.Name, life.Identity, wasRegistered: rows.Count > 0);
        var results = new List<RuleSetResult>();
        foreach (var ruleSet in ruleSets)
        {
            if (!rows.TryGetValue(ruleSet.Number, out var row))
            {
                row = await ReaderRow
                    .CreateAsync(meter, Owner, ruleSet.Number, settings.ReaderTimeoutSeconds, cancellationToken)
                    .ConfigureAwait(false);
            }
            var collection = new RuleSetCollection(meter, store, clock, life, epoch, ruleSet, _reading);
            results.Add(await collection.RunAsync(row, cancellationToken).ConfigureAwait(false));
        }
        return new CollectionResult(settings.Name, results, missing, _reading.ReadsColumns);
    }
}
