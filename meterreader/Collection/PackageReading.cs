using System.Collections.Immutable;
using Rtfm.Model;
using Rtfm.Snmp.Ber;

namespace Rtfm.MeterReader.Collection;

/// <summary>Reads the flows of one rule set that were active at or after a time, with GETBULK on flowDataPackageTable (READ-03, MIB-100 to MIB-106).</summary>
internal sealed class PackageReading : IVarBindSink
{
    private readonly IMeterSession _meter;
    private readonly ObjectIdentifier _prefix;
    private readonly PackageSpool _spool;
    private uint _last;
    private bool _isAtEnd;

    private PackageReading(IMeterSession meter, ImmutableArray<FlowAttribute> attributes, int ruleSet, uint since, PackageSpool spool)
    {
        _meter = meter;
        _prefix = Selector(attributes).Append((uint)ruleSet, since);
        _spool = spool;
    }

    /// <summary>Reads until the meter's answers leave what was asked for.</summary>
    /// <exception cref="CollectionException">The meter's table goes backwards or has no end.</exception>
    public static async Task ReadAsync(
        IMeterSession meter,
        int ruleSet,
        uint since,
        int flowsPerRequest,
        PackageSpool spool,
        CancellationToken cancellationToken
    )
    {
        var reading = new PackageReading(meter, spool.Attributes, ruleSet, since, spool);
        while (!reading._isAtEnd)
        {
            var name = reading._prefix.Append(reading._last);
            if (!await meter.NextAsync([name], flowsPerRequest, reading, cancellationToken).ConfigureAwait(false))
                break;
        }
    }

    /// <summary>True where the meter shows any package at all for the rule set, whatever its time.</summary>
    public static Task<bool> HasAnyAsync(
        IMeterSession meter,
        ImmutableArray<FlowAttribute> attributes,
        int ruleSet,
        CancellationToken cancellationToken
    ) => FirstUnder.IsThereAsync(meter, Selector(attributes).Append((uint)ruleSet), cancellationToken);

    public bool Accept(ReadOnlySpan<uint> name, BerTag tag, ReadOnlySpan<byte> content)
    {
        // MIB-93: another time mark, rule set or column is the end. Meters of the traditional kind go on with the next time mark.
        if (tag == BerTag.EndOfMibView || !_prefix.IsPrefixOf(name) || name.Length != _prefix.Length + 1)
        {
            _isAtEnd = true;
            return false;
        }
        var index = name[^1];
        if (index <= _last)
            throw new CollectionException($"{_meter.Name}: its flow table goes backwards: flow {index} came after flow {_last}");
        _last = index;
        if (tag != BerTag.OctetString)
            _spool.AddBad();
        else if (!_spool.TryAdd(index, content))
            throw new CollectionException($"{_meter.Name}: more than {PackageSpool.MaxOctets >> 20} MiB of flows in one collection; not believed");
        return true;
    }

    private static ObjectIdentifier Selector(ImmutableArray<FlowAttribute> attributes) =>
        new([.. FlowMeterMib.DataPackageEntry, MeterMib.PackageData, (uint)attributes.Length, .. attributes.Select(each => (uint)each)]);
}
