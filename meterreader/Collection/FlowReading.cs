using System.Collections.Immutable;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;

namespace Rtfm.MeterReader.Collection;

/// <summary>Reads the flows of one rule set that were active at or after a time, with GETBULK on flowDataPackageTable (READ-03).</summary>
internal sealed class FlowReading(SnmpClient client, SnmpTarget target, ImmutableArray<FlowAttribute> attributes, int flowsPerRequest)
{
    /// <summary>A meter that claims more flows than this in one reading is not believed.</summary>
    private const int MaxRecords = 20_000_000;

    /// <summary>Packages that were none: counted and passed over.</summary>
    public int BadPackages { get; private set; }

    /// <summary>All records, in index order.</summary>
    public async Task<List<FlowRecord>> ReadAsync(int ruleSet, uint since, CancellationToken cancellationToken)
    {
        var records = new List<FlowRecord>();
        ObjectIdentifier prefix = new([
            .. FlowMeterMib.DataPackageEntry,
            MeterMib.PackageData,
            (uint)attributes.Length,
            .. attributes.Select(each => (uint)each),
            (uint)ruleSet,
            since,
        ]);
        var perRequest = target.Version == SnmpVersion.V1 ? 1 : flowsPerRequest;
        for (uint? after = 0; after is not null; )
        {
            var name = prefix.Append(after.Value);
            var response = await AskAsync(name, perRequest, cancellationToken).ConfigureAwait(false);
            if (response.Status == ErrorStatus.TooBig && perRequest > 1)
            {
                perRequest = Math.Max(1, perRequest / 2);
                continue;
            }
            // SNMPv1 has no other way to say that there is no more.
            if (response.Status == ErrorStatus.NoSuchName)
                return records;
            if (response.Status != ErrorStatus.NoError)
                throw new CollectionException($"{target}: reading the flows of rule set {ruleSet} was answered with {response.Status}");
            after = Take(response, prefix, ruleSet, after.Value, records);
            if (records.Count > MaxRecords)
                throw new CollectionException($"{target}: more than {MaxRecords} flows in rule set {ruleSet}; this cannot be right");
        }
        return records;
    }

    private Task<SnmpResponse> AskAsync(ObjectIdentifier name, int count, CancellationToken cancellationToken) =>
        target.Version == SnmpVersion.V1
            ? client.GetNextResponseAsync(target, [name], cancellationToken)
            : client.GetBulkResponseAsync(target, [name], 0, count, cancellationToken);

    /// <summary>Takes an answer's records.</summary>
    /// <returns>The flow index to go on from; null at the end.</returns>
    private uint? Take(SnmpResponse response, ObjectIdentifier prefix, int ruleSet, uint after, List<FlowRecord> records)
    {
        var reader = response.Read();
        var isAny = false;
        while (reader.Read())
        {
            // MIB-93: another time mark, rule set or column is the end. Some meters go on with the next time mark.
            if (reader.Tag == BerTag.EndOfMibView || !prefix.IsPrefixOf(reader.Name) || reader.Name.Length != prefix.Length + 1)
                return null;
            var index = reader.Name[^1];
            if (index <= after)
                throw new CollectionException($"{target}: flow {index} came after flow {after}: the meter's table goes backwards");
            after = index;
            isAny = true;
            var values = new FlowValue[attributes.Length];
            if (reader.Tag == BerTag.OctetString && FlowDataPackage.TryDecode(reader.Content, attributes, values))
                records.Add(new FlowRecord(ruleSet, index, attributes, values));
            else
                BadPackages++;
        }
        return isAny ? after : null;
    }
}
