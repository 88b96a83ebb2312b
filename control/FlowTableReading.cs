using System.Collections.Immutable;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Control;

/// <summary>Reads flows for a person to look at: from flowDataPackageTable or its like for attributes beyond 255, or column by column where a meter has none (READ-03).</summary>
/// <param name="busiest">Chooses flows to keep of more than are wanted, of which any number can be read then; null: all are kept.</param>
public sealed class FlowTableReading(
    Meter meter,
    IEnumerable<FlowAttribute> shown,
    Func<IEnumerable<FlowRecord>, IReadOnlyList<FlowRecord>>? busiest = null
)
{
    /// <summary>The most attributes that can be shown: a selector names them and the four counters (MIB-101).</summary>
    public const int MaxShown = FlowDataPackage.MaxAttributes - 4;

    /// <summary>Nobody looks at more, and a meter that makes flows up must not fill our memory.</summary>
    private const int MaxFlows = 1_000_000;

    private const int FlowsPerRequest = 100;

    /// <summary>How many more flows than are wanted are read before the busiest are chosen.</summary>
    internal int FlowsToChooseFrom { get; init; } = 100_000;

    private List<FlowRecord> _flows = [];
    private int _keptLast;

    /// <summary>What is shown, and the counters that flows are ordered by.</summary>
    private readonly ImmutableArray<FlowAttribute> _attributes =
    [
        .. shown.Concat([FlowAttribute.ToOctets, FlowAttribute.ToPdus, FlowAttribute.FromOctets, FlowAttribute.FromPdus]).Distinct(),
    ];

    /// <summary>What was read so far, of all rule sets: the busiest, and perhaps more.</summary>
    public IReadOnlyList<FlowRecord> Flows => _flows;

    /// <summary>How many were read.</summary>
    public int Count { get; private set; }

    /// <summary>Adds the flows of a rule set.</summary>
    /// <param name="since">The meter's Uptime: only flows active at or after it; 0: all.</param>
    /// <exception cref="MeterException">More flows than a person can look at.</exception>
    public async Task ReadAsync(int ruleSet, uint since, CancellationToken cancellationToken)
    {
        var (before, count) = (_flows.ToArray(), Count);
        if (await TryReadPackagesAsync(ruleSet, since, cancellationToken).ConfigureAwait(false))
            return;
        (_flows, Count) = ([.. before], count);
        await ReadColumnsAsync(ruleSet, since, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>False where there are none, or one is not as RFC 2720 has them.</returns>
    private async Task<bool> TryReadPackagesAsync(int ruleSet, uint since, CancellationToken cancellationToken)
    {
        ObjectIdentifier prefix = new([
            .. FlowMeterMib.PackageEntryFor(_attributes.AsSpan()),
            FlowMeterMib.PackageData,
            (uint)_attributes.Length,
            .. _attributes.Select(each => (uint)each),
            (uint)ruleSet,
            since,
        ]);
        var isAny = false;
        // The walk ends where the rule set or the time differs from what was asked (MIB-93).
        await foreach (var package in meter.Client.WalkAsync(meter.Target, prefix, FlowsPerRequest, cancellationToken).ConfigureAwait(false))
        {
            var values = new FlowValue[_attributes.Length];
            if (package.Name.Length != prefix.Length + 1 || !FlowDataPackage.TryDecode(package.Value.Octets, _attributes, values))
                return false;
            Add(new FlowRecord(ruleSet, package.Name.Span[^1], _attributes, values));
            isAny = true;
        }
        return isAny;
    }

    private async Task ReadColumnsAsync(int ruleSet, uint since, CancellationToken cancellationToken)
    {
        var rows = new SortedDictionary<uint, FlowValue[]>();
        // The counters are in every flow, so that they say which flows there are.
        var order = Enumerable.Range(0, _attributes.Length).OrderBy(at => _attributes[at] == FlowAttribute.ToOctets ? 0 : 1);
        foreach (var at in order)
        {
            if (ColumnOf(_attributes[at]) is not { } column)
                continue;
            ObjectIdentifier prefix = new([.. FlowMeterMib.DataEntry, column, (uint)ruleSet, since]);
            await foreach (var cell in meter.Client.WalkAsync(meter.Target, prefix, FlowsPerRequest, cancellationToken).ConfigureAwait(false))
            {
                if (cell.Name.Length != prefix.Length + 1)
                    continue;
                var index = cell.Name.Span[^1];
                if (!rows.TryGetValue(index, out var values))
                {
                    RequireRoom(rows.Count);
                    rows.Add(index, values = new FlowValue[_attributes.Length]);
                }
                values[at] = ValueOf(cell.Value);
            }
            if (rows.Count == 0)
                return;
        }
        foreach (var (index, values) in rows)
        {
            for (var at = 0; at < values.Length; at++)
            {
                if (_attributes[at] is FlowAttribute.FlowIndex or FlowAttribute.RuleSet)
                    values[at] = new FlowValue(_attributes[at] == FlowAttribute.FlowIndex ? index : (ulong)ruleSet);
            }
            Add(new FlowRecord(ruleSet, index, _attributes, values));
        }
    }

    // Columns have the attributes' numbers but for these (MIB-80, AMB-45); a time mark reads as the last active time.
    private static uint? ColumnOf(FlowAttribute attribute) =>
        attribute switch
        {
            FlowAttribute.FlowIndex or FlowAttribute.RuleSet => null,
            FlowAttribute.FlowStatus => 3,
            FlowAttribute.FlowTimeMark => (uint)FlowAttribute.LastActiveTime,
            _ => (uint)attribute,
        };

    private static FlowValue ValueOf(SnmpValue value) =>
        value.Tag == BerTag.OctetString ? new FlowValue(value.Octets.ToArray()) : new FlowValue(value.Number);

    private void Add(FlowRecord flow)
    {
        if (busiest is null)
            RequireRoom(_flows.Count);
        else if (_flows.Count - _keptLast >= FlowsToChooseFrom)
            KeepBusiest(busiest);
        _flows.Add(flow);
        Count++;
    }

    private void KeepBusiest(Func<IEnumerable<FlowRecord>, IReadOnlyList<FlowRecord>> choose)
    {
        _flows = [.. choose(_flows)];
        _keptLast = _flows.Count;
        RequireRoom(_keptLast);
    }

    private void RequireRoom(int count)
    {
        if (count >= MaxFlows)
            throw new MeterException($"{meter}: more than {MaxFlows} flows. Narrow it with --top, --rule-set or --since.");
    }
}
