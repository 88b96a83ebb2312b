using System.Collections.Immutable;
using Rtfm.Model;
using Rtfm.Snmp.Ber;

namespace Rtfm.Manager.Control;

/// <summary>Reads flows for a person to look at: from flowDataPackageTable, or column by column where a meter has none (READ-03).</summary>
public sealed class FlowTableReading(Meter meter, IEnumerable<FlowAttribute> shown)
{
    private const int FlowsPerRequest = 100;

    /// <summary>What is shown, and the counters that flows are ordered by.</summary>
    private readonly ImmutableArray<FlowAttribute> _attributes =
    [
        .. shown.Concat([FlowAttribute.ToOctets, FlowAttribute.ToPdus, FlowAttribute.FromOctets, FlowAttribute.FromPdus]).Distinct(),
    ];

    public async Task<List<FlowRecord>> ReadAsync(int ruleSet, uint since, CancellationToken cancellationToken)
    {
        var flows = new List<FlowRecord>();
        ObjectIdentifier prefix = new([
            .. FlowMeterMib.DataPackageEntry,
            5,
            (uint)_attributes.Length,
            .. _attributes.Select(each => (uint)each),
            (uint)ruleSet,
            since,
        ]);
        await foreach (var package in meter.Client.WalkAsync(meter.Target, prefix, FlowsPerRequest, cancellationToken).ConfigureAwait(false))
        {
            var values = new FlowValue[_attributes.Length];
            if (package.Name.Length == prefix.Length + 1 && FlowDataPackage.TryDecode(package.Value.Octets, _attributes, values))
                flows.Add(new FlowRecord(ruleSet, package.Name.Span[^1], _attributes, values));
        }
        return flows.Count > 0 ? flows : await ReadColumnsAsync(ruleSet, since, cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<FlowRecord>> ReadColumnsAsync(int ruleSet, uint since, CancellationToken cancellationToken)
    {
        var rows = new SortedDictionary<uint, FlowValue[]>();
        for (var at = 0; at < _attributes.Length; at++)
        {
            ObjectIdentifier prefix = new([.. FlowMeterMib.DataEntry, (uint)_attributes[at], (uint)ruleSet, since]);
            await foreach (var cell in meter.Client.WalkAsync(meter.Target, prefix, FlowsPerRequest, cancellationToken).ConfigureAwait(false))
            {
                var index = cell.Name.Span[^1];
                if (!rows.TryGetValue(index, out var values))
                    rows.Add(index, values = new FlowValue[_attributes.Length]);
                values[at] = cell.Value.Tag == BerTag.OctetString ? new FlowValue(cell.Value.Octets.ToArray()) : new FlowValue(cell.Value.Number);
            }
        }
        return [.. rows.Select(row => new FlowRecord(ruleSet, row.Key, _attributes, row.Value))];
    }
}
