using Rtfm.Control.Domain;
using Rtfm.Control.Reading;
using Rtfm.MeterReader.Storage;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Client;

namespace Rtfm.MeterReader.Collection.Domain;

/// <summary>Collects a domain's flows from whoever is its master: it is told the domain, and finds the master itself.</summary>
public sealed class DomainCollector(DomainSettings settings, SnmpClient client, IFlowStore store, TimeProvider clock)
{
    private readonly FlowReading _reading = new(settings.Reading);
    private readonly FlowReading _readingWithDelays = new(
        settings.Reading with
        {
            Attributes = [.. settings.Reading.Attributes, .. DelayStatistics.All],
        }
    );

    /// <summary>Which rule sets' flows have delay and loss, and of which versions that was found out.</summary>
    private (string Versions, HashSet<int> RuleSets) _sampled = ("", []);

    /// <summary>Everyone who was a member when the master was last asked: one that answers is enough.</summary>
    private IReadOnlyList<string> _known = settings.Members;

    private string Owner => settings.Reading.Owner ?? $"rtfm-meterreader {store.Id}";

    /// <summary>One pass over everything that is to be collected.</summary>
    /// <exception cref="SnmpException">Nobody answers, or not as it should.</exception>
    /// <exception cref="CollectionException">There is no master, or what it answers makes no sense.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<CollectionResult> CollectAsync(CancellationToken cancellationToken)
    {
        var view = await FindMasterAsync(cancellationToken).ConfigureAwait(false);
        var master = view.Source.Meter.Target;
        var domain = settings.OpenContext(client, master);
        var identity = (await MeterLife.ReadAsync(new SnmpMeterSession(client, master), clock, cancellationToken).ConfigureAwait(false)).Identity;
        var life = await MeterLife.ReadAsync(domain, clock, cancellationToken).ConfigureAwait(false);
        // Each master has a table of its own: another one is read from its beginning.
        var rows = await ReaderRow.FindAsync(domain, Owner, cancellationToken).ConfigureAwait(false);
        var epoch = store.Epoch(settings.Name, identity, wasRegistered: rows.Count > 0);
        foreach (var member in view.Members)
            store.NoteMember(ObservationWriter.MeterName(settings.Name, member.Id), new(settings.Name, member.Number, member.Name, member.Address));

        var sampled = await SampledAsync(view, cancellationToken).ConfigureAwait(false);
        var missing = new List<string>();
        var results = new List<RuleSetResult>();
        foreach (var ruleSet in await RuleSetSelection.FindAsync(domain, settings.Reading.RuleSets, missing, cancellationToken).ConfigureAwait(false))
        {
            if (!rows.TryGetValue(ruleSet.Number, out var row))
            {
                row = await ReaderRow
                    .CreateAsync(domain, Owner, ruleSet.Number, settings.Reading.ReaderTimeoutSeconds, cancellationToken)
                    .ConfigureAwait(false);
            }
            try
            {
                results.Add(await CollectAsync(row, ruleSet, knowsAll: true).ConfigureAwait(false));
            }
            catch (NewMemberException)
            {
                // Nothing was stored: the same again. Whom the master does not name then, it does not know.
                results.Add(await CollectAsync(row, ruleSet, knowsAll: false).ConfigureAwait(false));
            }
        }
        return new CollectionResult(settings.Name, results, missing, ReadsColumns: false);

        async Task<RuleSetResult> CollectAsync(ReaderRow row, LoadedRuleSet ruleSet, bool knowsAll)
        {
            var members = await MemberReading.ReadAllAsync(domain, clock, cancellationToken).ConfigureAwait(false);
            var writer = new ObservationWriter(settings.Name, members, store, clock, knowsAll);
            var collection = new RuleSetCollection(
                domain,
                store,
                clock,
                life,
                epoch,
                ruleSet,
                sampled.Contains(ruleSet.Number) ? _readingWithDelays : _reading,
                writer.Write
            );
            var result = await collection.RunAsync(row, cancellationToken).ConfigureAwait(false);
            return result with { BadPackages = result.BadPackages + writer.BadObservations };
        }
    }

    private async Task<HashSet<int>> SampledAsync(DomainView view, CancellationToken cancellationToken)
    {
        var ruleSets = await view.Source.RuleSetsAsync(cancellationToken).ConfigureAwait(false);
        var versions = string.Join(' ', ruleSets.Select(each => $"{each.Name}#{each.Active}"));
        if (versions == _sampled.Versions)
            return _sampled.RuleSets;
        try
        {
            var sampled = await DomainDelays.SampledAsync(view, cancellationToken).ConfigureAwait(false);
            _sampled = (versions, [.. sampled.Select(each => (int)each.Number)]);
        }
        catch (Control.MeterException)
        {
            // Rules that cannot be read just now, or not by us: flows are worth having without delays.
            return [];
        }
        return _sampled.RuleSets;
    }

    private async Task<DomainView> FindMasterAsync(CancellationToken cancellationToken)
    {
        var finder = new DomainFinder((address, stopping) => settings.AgentAsync(client, address, stopping));
        DomainView view;
        try
        {
            view = await finder.FindAsync(_known, cancellationToken).ConfigureAwait(false);
        }
        catch (Control.MeterException nobody)
        {
            _known = settings.Members;
            throw new CollectionException($"{settings.Name}: {nobody.Message.Replace('\n', ';')}");
        }
        if (!view.HasMaster)
            throw new CollectionException($"{settings.Name}: it has no master at the moment");
        _known = [.. view.Members.Select(each => each.Address).Union(settings.Members)];
        return view;
    }
}
