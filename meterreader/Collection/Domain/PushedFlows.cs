using System.Collections.Immutable;
using Rtfm.Control.Reading;
using Rtfm.MeterReader.Storage;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client.Notifications;
using Rtfm.Snmp.Messages;

namespace Rtfm.MeterReader.Collection.Domain;

/// <summary>Puts the parts of a push together, rtfmDomainFlowsPushed, and stores what they say when the last one is there.</summary>
/// <remarks>A master sends one part after the other. A push that is begun anew, by it or by another master, takes the place of what was there.</remarks>
public sealed class PushedFlows(string domain, IFlowStore store, TimeProvider clock)
{
    /// <summary>rtfmDomainFlowsPushed.</summary>
    public static readonly ObjectIdentifier Id = new([.. DomainMib.Notifications, 11]);

    /// <summary>A master must not fill our memory.</summary>
    private const int MostRows = 20_000_000;

    private static readonly uint[] RuleSetName = [.. FlowMeterMib.RuleSetInfoEntry, MeterMib.RuleInfoName];
    private static readonly uint[] Packages = [.. Oids.ExtendedPackageEntry, FlowMeterMib.PackageData];

    private readonly Dictionary<int, Dictionary<uint, SnmpValue>> _readings = [];
    private readonly Dictionary<string, Dictionary<uint, SnmpValue>> _members = [];
    private readonly Dictionary<int, string> _names = [];
    private readonly Dictionary<int, List<(ObjectIdentifier Name, byte[] Package)>> _packages = [];
    private int _rows;

    /// <summary>Takes a part.</summary>
    /// <returns>What was stored; null: more parts are to come, or it is of another domain.</returns>
    /// <exception cref="CollectionException">What it says makes no sense.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public CollectionResult? Take(Notification part)
    {
        if (part.TrapOid != Id || part.VarBinds.Count < 2 || part.VarBinds[0].Value.Text != domain)
            return null;
        if (part.VarBinds.Count > 2 && Begins(part.VarBinds[2].Name))
            Clear();
        foreach (var varBind in part.VarBinds.Skip(2))
            Keep(varBind);
        return part.VarBinds[1].Value.Number == 0 ? null : Store();
    }

    /// <summary>The first row of a push is the first of its members' readings.</summary>
    private bool Begins(ObjectIdentifier name) =>
        TryRow(name, DomainMib.ReadingEntry, out var column, out var index) && column == 1 && _readings.ContainsKey((int)index[0]);

    private void Keep(VarBind varBind)
    {
        if (++_rows > MostRows)
            throw new CollectionException($"{domain}: more than {MostRows} rows are pushed at once");
        var name = varBind.Name.Span;
        if (TryRow(varBind.Name, DomainMib.ReadingEntry, out var column, out var index) && index.Length == 1)
            RowOf(_readings, (int)index[0])[column] = varBind.Value;
        else if (TryRow(varBind.Name, DomainMib.MemberEntry, out column, out index) && index.Length > 1)
            RowOf(_members, Convert.ToHexString([.. index[1..].Select(each => (byte)each)]))[column] = varBind.Value;
        else if (name.StartsWith(RuleSetName) && name.Length == RuleSetName.Length + 1)
            _names[(int)name[^1]] = varBind.Value.Text;
        else if (name.StartsWith(Packages) && name.Length > Packages.Length + 4 && name[^3] <= int.MaxValue)
            Under((int)name[^3]).Add((varBind.Name, varBind.Value.Octets.ToArray()));
    }

    private CollectionResult Store()
    {
        try
        {
            var now = clock.GetUtcNow();
            var members = Readings(now);
            foreach (var (engineId, row) in _members)
                store.NoteMember(ObservationWriter.MeterName(domain, engineId), NoteOf(row));
            var results = new List<RuleSetResult>();
            foreach (var (ruleSet, packages) in _packages)
            {
                // The last one is of the push that ends now.
                var attributes = AttributesOf(packages[^1].Name);
                var records = packages.Select(each => Decode(ruleSet, each.Name, each.Package, attributes)).OfType<FlowRecord>().ToList();
                if (records.Count == 0)
                    throw new CollectionException($"{domain}: none of {packages.Count} pushed values of rule set {ruleSet} is a flow data package");
                var writer = new ObservationWriter(domain, members, store, clock);
                var name = _names.GetValueOrDefault(ruleSet, "");
                var written = writer.Write(ruleSet, name, attributes, records);
                var bad = packages.Count - records.Count + writer.BadObservations;
                results.Add(new(ruleSet, name, written.Flows, bad, written.AbsurdCounters, IsShared: false));
            }
            return new CollectionResult(domain, results, [], ReadsColumns: false);
        }
        finally
        {
            Clear();
        }
    }

    private Dictionary<int, MemberReading> Readings(DateTimeOffset now)
    {
        var readings = new Dictionary<int, MemberReading>();
        foreach (var (number, row) in _readings)
        {
            if (!(row.TryGetValue(1, out var engineId) && row.TryGetValue(2, out var boots) && row.TryGetValue(3, out var uptime)))
                throw new CollectionException($"{domain}: the reading of member {number} is pushed without all of its columns");
            var age = TimeSpan.FromMilliseconds(row.GetValueOrDefault(4u).Number * 10.0);
            readings[number] = new(number, Convert.ToHexString(engineId.Octets), (int)boots.Number, (uint)uptime.Number, now - age);
        }
        return readings;
    }

    private MeteringPointNote NoteOf(Dictionary<uint, SnmpValue> row) =>
        new(domain, (int)row.GetValueOrDefault(4u).Number, row.GetValueOrDefault(3u).Text, row.GetValueOrDefault(2u).Text);

    /// <summary>The selector in a package's name.</summary>
    private static ImmutableArray<FlowAttribute> AttributesOf(ObjectIdentifier name)
    {
        var count = (int)name.Span[Packages.Length];
        var selector = name.Span[(Packages.Length + 1)..^3];
        if (selector.Length != count || selector.ToArray().Any(each => !FlowAttributes.IsPackageSelector(each)))
            return [];
        return [.. selector.ToArray().Select(each => (FlowAttribute)each)];
    }

    private static FlowRecord? Decode(int ruleSet, ObjectIdentifier name, byte[] package, ImmutableArray<FlowAttribute> attributes)
    {
        var values = new FlowValue[attributes.Length];
        return
            attributes.Contains(FlowAttribute.Observations)
            && AttributesOf(name).SequenceEqual(attributes)
            && FlowDataPackage.TryDecode(package, attributes, values)
            ? new FlowRecord(ruleSet, name.Span[^1], attributes, values)
            : null;
    }

    private static bool TryRow(ObjectIdentifier name, ReadOnlySpan<uint> entry, out uint column, out uint[] index)
    {
        (column, index) = (0, []);
        if (!name.Span.StartsWith(entry) || name.Length < entry.Length + 2)
            return false;
        (column, index) = (name.Span[entry.Length], name.Span[(entry.Length + 1)..].ToArray());
        return true;
    }

    private static Dictionary<uint, SnmpValue> RowOf<TKey>(Dictionary<TKey, Dictionary<uint, SnmpValue>> table, TKey key)
        where TKey : notnull
    {
        if (!table.TryGetValue(key, out var row))
            table[key] = row = [];
        return row;
    }

    private List<(ObjectIdentifier, byte[])> Under(int ruleSet)
    {
        if (!_packages.TryGetValue(ruleSet, out var packages))
            _packages[ruleSet] = packages = [];
        return packages;
    }

    private void Clear()
    {
        _readings.Clear();
        _members.Clear();
        _names.Clear();
        _packages.Clear();
        _rows = 0;
    }
}
