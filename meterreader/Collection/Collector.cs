using System.Globalization;
using Rtfm.MeterReader.Storage;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;

namespace Rtfm.MeterReader.Collection;

/// <summary>What one pass over a meter brought.</summary>
/// <param name="RuleSets">Number, name, flows read.</param>
/// <param name="BadPackages">Values that were no flow data packages.</param>
public sealed record CollectionResult(string Meter, IReadOnlyList<(int Number, string Name, int Flows)> RuleSets, int BadPackages)
{
    public int Flows => RuleSets.Sum(each => each.Flows);
}

/// <summary>Collects the flows of one meter into the store (RFC 2722 §5; READ-01 to READ-06).</summary>
/// <remarks>
/// Why nothing is lost or counted twice, whenever this process or the meter dies. The store's bookmark says up to which Uptime everything is in the store;
/// it changes only together with the records, in one transaction. The meter keeps every flow that was active at or after the row's PreviousTime, which is
/// the bookmark or later only if a collection began and was never written. That shows in LastTime: then the flows are read again from the bookmark before
/// a new collection is begun, which would let the meter forget them. Reading from a time means at or after it, so the readings overlap, and a record that
/// is read twice replaces itself: its usage is what its counters grew by since the store last saw them.
/// </remarks>
public sealed class Collector(SnmpClient client, IFlowStore store, TimeProvider clock)
{
    private sealed record RuleSetInfo(int Number, string Name, long FlowRecords);

    /// <summary>One pass over everything that is to be collected from the meter.</summary>
    /// <exception cref="SnmpException">The meter does not answer, or not as it should.</exception>
    /// <exception cref="CollectionException">What it answers makes no sense.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<CollectionResult> CollectAsync(MeterSettings meter, CancellationToken cancellationToken)
    {
        var target = meter.Target with { Address = await SnmpHost.ResolveAsync(meter.Host, cancellationToken).ConfigureAwait(false) };
        var identity = await IdentifyAsync(target, cancellationToken).ConfigureAwait(false);
        var wanted = await WantedRuleSetsAsync(meter, target, cancellationToken).ConfigureAwait(false);
        var rows = await ReaderRow.FindAsync(client, target, meter.Owner, cancellationToken).ConfigureAwait(false);
        var epoch = store.Epoch(meter.Name, identity, wasRegistered: rows.Count > 0);
        var results = new List<(int, string, int)>();
        var badPackages = 0;
        foreach (var ruleSet in wanted)
        {
            if (!rows.TryGetValue(ruleSet.Number, out var row))
            {
                row = await ReaderRow
                    .CreateAsync(client, target, meter.Owner, ruleSet.Number, meter.ReaderTimeoutSeconds, cancellationToken)
                    .ConfigureAwait(false);
            }
            var reading = new FlowReading(client, target, meter.Attributes, meter.FlowsPerRequest);
            var flows = await CollectAsync(meter, target, epoch, ruleSet, row, reading, cancellationToken).ConfigureAwait(false);
            badPackages += reading.BadPackages;
            results.Add((ruleSet.Number, ruleSet.Name, flows));
        }
        return new CollectionResult(meter.Name, results, badPackages);
    }

    private async Task<int> CollectAsync(
        MeterSettings meter,
        SnmpTarget target,
        MeterEpoch epoch,
        RuleSetInfo ruleSet,
        ReaderRow row,
        FlowReading reading,
        CancellationToken cancellationToken
    )
    {
        var bookmark = store.Bookmark(epoch, ruleSet.Number);
        var (last, _) = await row.TimesAsync(cancellationToken).ConfigureAwait(false);
        var flows = 0;
        if (last != 0 && last != bookmark)
        {
            // A collection that began at `last` was never written: what it would have read is still held.
            flows += await ReadAsync(bookmark ?? 0, last).ConfigureAwait(false);
            bookmark = last;
        }
        (last, _) = await row.BeginCollectionAsync(last, cancellationToken).ConfigureAwait(false);
        return flows + await ReadAsync(bookmark ?? 0, last).ConfigureAwait(false);

        async Task<int> ReadAsync(uint since, uint until)
        {
            var at = clock.GetUtcNow();
            var records = await reading.ReadAsync(ruleSet.Number, since, cancellationToken).ConfigureAwait(false);
            if (records.Count == 0 && since == 0 && ruleSet.FlowRecords > 0)
            {
                // The meter says it has flows and shows none: it has no packages.
                records = await new ColumnReading(client, target, meter.Attributes, meter.FlowsPerRequest)
                    .ReadAsync(ruleSet.Number, since, cancellationToken)
                    .ConfigureAwait(false);
            }
            store.Write(new FlowCollection(epoch, ruleSet.Number, ruleSet.Name, at, since, until), records);
            return records.Count;
        }
    }

    private async Task<MeterIdentity> IdentifyAsync(SnmpTarget target, CancellationToken cancellationToken)
    {
        var upTime = await client.GetAsync(target, [MeterMib.SysUpTime], cancellationToken).ConfigureAwait(false);
        var readAt = clock.GetUtcNow();
        if (upTime.Count != 1 || upTime[0].Value.Tag != BerTag.TimeTicks)
            throw new CollectionException($"{target}: it has no sysUpTime");
        var (engineId, boots) = ("", 0);
        try
        {
            var engine = await client.GetAsync(target, [MeterMib.EngineId, MeterMib.EngineBoots], cancellationToken).ConfigureAwait(false);
            if (engine.Count == 2 && engine[0].Value.Tag == BerTag.OctetString && engine[1].Value.Tag == BerTag.Integer)
                (engineId, boots) = (Convert.ToHexString(engine[0].Value.Octets), (int)engine[1].Value.Signed);
        }
        catch (SnmpErrorException)
        {
            // SNMPv1's way of saying that there is no such object.
        }
        return new MeterIdentity(engineId, boots, (uint)upTime[0].Value.Number, readAt);
    }

    private async Task<List<RuleSetInfo>> WantedRuleSetsAsync(MeterSettings meter, SnmpTarget target, CancellationToken cancellationToken)
    {
        var names = await ColumnAsync(target, MeterMib.RuleInfo(MeterMib.RuleInfoName), cancellationToken).ConfigureAwait(false);
        var records = await ColumnAsync(target, MeterMib.RuleInfo(MeterMib.RuleInfoFlowRecords), cancellationToken).ConfigureAwait(false);
        var loaded = names
            .Select(each => new RuleSetInfo((int)each.Key, each.Value.Text, records.TryGetValue(each.Key, out var count) ? count.Signed : 0))
            .ToList();
        if (meter.RuleSets.Count > 0)
            return [.. meter.RuleSets.Select(wanted => Find(loaded, wanted, target))];

        var running = new HashSet<long>();
        foreach (var column in new[] { MeterMib.ManagerCurrentRuleSet, MeterMib.ManagerStandbyRuleSet })
        {
            foreach (var (_, value) in await ColumnAsync(target, MeterMib.Task(column), cancellationToken).ConfigureAwait(false))
                running.Add(value.Signed);
        }
        return [.. loaded.Where(each => running.Contains(each.Number) || each.FlowRecords > 0)];
    }

    private static RuleSetInfo Find(List<RuleSetInfo> loaded, string wanted, SnmpTarget target) =>
        loaded.Find(each => each.Name == wanted || each.Number.ToString(CultureInfo.InvariantCulture) == wanted)
        ?? throw new CollectionException($"{target}: it has no rule set '{wanted}'");

    private async Task<SortedDictionary<uint, SnmpValue>> ColumnAsync(SnmpTarget target, ObjectIdentifier column, CancellationToken cancellationToken)
    {
        var cells = new SortedDictionary<uint, SnmpValue>();
        await foreach (var cell in client.WalkAsync(target, column, cancellationToken: cancellationToken).ConfigureAwait(false))
            cells[cell.Name.Span[^1]] = cell.Value;
        return cells;
    }
}
