using System.Collections.Immutable;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;

namespace Rtfm.MeterReader.Collection;

/// <summary>Reads flows column by column from flowDataTable, for meters without flowDataPackageTable.</summary>
internal sealed class ColumnReading(SnmpClient client, SnmpTarget target, ImmutableArray<FlowAttribute> attributes, int flowsPerRequest)
{
    /// <summary>All records, in index order. A flow that came or went while its columns were read is left for the next collection.</summary>
    public async Task<List<FlowRecord>> ReadAsync(int ruleSet, uint since, CancellationToken cancellationToken)
    {
        var rows = new SortedDictionary<uint, (FlowValue[] Values, int Known)>();
        for (var at = 0; at < attributes.Length; at++)
        {
            ObjectIdentifier prefix = new([.. FlowMeterMib.DataEntry, (uint)attributes[at], (uint)ruleSet, since]);
            await foreach (var cell in client.WalkAsync(target, prefix, flowsPerRequest, cancellationToken).ConfigureAwait(false))
            {
                if (cell.Name.Length != prefix.Length + 1)
                    break;
                var index = cell.Name.Span[^1];
                if (!rows.TryGetValue(index, out var row))
                    row = (new FlowValue[attributes.Length], 0);
                row.Values[at] = cell.Value.Tag == BerTag.OctetString ? new FlowValue(cell.Value.Octets.ToArray()) : new FlowValue(cell.Value.Number);
                rows[index] = (row.Values, row.Known + 1);
            }
        }
        return
        [
            .. rows.Where(row => row.Value.Known == attributes.Length).Select(row => new FlowRecord(ruleSet, row.Key, attributes, row.Value.Values)),
        ];
    }
}
