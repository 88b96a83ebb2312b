using System.Collections.Immutable;
using Rtfm.Control.Reading;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.MeterReader.Collection;

/// <summary>Reads the same flows from flowDataTable, all columns of several flows with each request, for meters without flowDataPackageTable.</summary>
/// <remarks>Rows are packed as if they had come as packages, so that everything behind is the same.</remarks>
internal sealed class ColumnReading : IVarBindSink
{
    private const int MaxPackage = 4_096;

    private readonly IMeterSession _meter;
    private readonly ObjectIdentifier[] _columns;
    private readonly PackageSegment _segment;
    private readonly ImmutableArray<FlowAttribute> _attributes;
    private readonly SnmpValue[] _row;

    /// <summary>For each column the flow its cell belongs to; 0 where the meter's answer has left the column.</summary>
    private readonly uint[] _flows;
    private int _at;
    private uint _last;
    private uint? _torn;
    private bool _isAtEnd;

    private ColumnReading(IMeterSession meter, int ruleSet, uint since, PackageSpool spool)
    {
        _meter = meter;
        _segment = spool.Open(0);
        _attributes = spool.Attributes;
        _columns = [.. spool.Attributes.Select(each => Column(each, ruleSet).Append(since))];
        _row = new SnmpValue[_columns.Length];
        _flows = new uint[_columns.Length];
    }

    public static async Task ReadAsync(
        IMeterSession meter,
        int ruleSet,
        uint since,
        int flowsPerRequest,
        PackageSpool spool,
        CancellationToken cancellationToken
    )
    {
        var reading = new ColumnReading(meter, ruleSet, since, spool);
        while (!reading._isAtEnd)
        {
            (reading._at, reading._torn) = (0, null);
            ObjectIdentifier[] names = [.. reading._columns.Select(column => column.Append(reading._last))];
            if (!await meter.NextAsync(names, flowsPerRequest, reading, cancellationToken).ConfigureAwait(false))
                break;
            if (reading._torn is { } index)
                await reading.TakeTornAsync(index, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>True where the meter shows any flow of the rule set.</summary>
    public static Task<bool> HasAnyAsync(IMeterSession meter, int ruleSet, CancellationToken cancellationToken) =>
        FirstUnder.IsThereAsync(meter, Column(FlowAttribute.FirstTime, ruleSet), cancellationToken);

    /// <summary>Those of the attributes that the meter has a column for, as the flows of a rule set show it.</summary>
    /// <exception cref="CollectionException">One is missing that nothing can be stored without.</exception>
    public static async Task<ImmutableArray<FlowAttribute>> ColumnsAsync(
        IMeterSession meter,
        ImmutableArray<FlowAttribute> attributes,
        int ruleSet,
        CancellationToken cancellationToken
    )
    {
        var columns = ImmutableArray.CreateBuilder<FlowAttribute>();
        foreach (var attribute in attributes)
        {
            if (await FirstUnder.IsThereAsync(meter, Column(attribute, ruleSet), cancellationToken).ConfigureAwait(false))
                columns.Add(attribute);
            else if (MeterSettings.Always.Contains(attribute))
                throw new CollectionException(
                    // SNMPv1 cannot carry 64-bit counters (MIB-05).
                    $"{meter.Name}: it has neither flowDataPackageTable nor the column {FlowAttributes.Get(attribute).Name}; with SNMPv1 it may: set Version to 2c"
                );
        }
        return columns.ToImmutable();
    }

    /// <summary>Cells come row by row: one of each column, then the next of each.</summary>
    public bool Accept(ReadOnlySpan<uint> name, BerTag tag, ReadOnlySpan<byte> content)
    {
        var column = _columns[_at];
        _flows[_at] = 0;
        if (tag != BerTag.EndOfMibView && column.IsPrefixOf(name) && name.Length == column.Length + 1)
        {
            _flows[_at] = name[^1];
            if (_flows[_at] <= _last)
                throw new CollectionException($"{_meter.Name}: its flow table goes backwards: flow {_flows[_at]} came after flow {_last}");
            if (!SnmpValue.TryRead(tag, content, out _row[_at]))
                _row[_at] = SnmpValue.Null;
        }
        if (++_at < _columns.Length)
            return true;
        _at = 0;
        return FinishRow();
    }

    /// <returns>False where the answer is of no further use.</returns>
    private bool FinishRow()
    {
        uint first = 0;
        foreach (var flow in _flows)
            first = flow != 0 && (first == 0 || flow < first) ? flow : first;
        if (first == 0)
        {
            _isAtEnd = true;
            return false;
        }
        if (_flows.AsSpan().ContainsAnyExcept(first))
        {
            // The columns are not at the same flow: one came or went, or the meter leaves cells out.
            _torn = first;
            return false;
        }
        _last = first;
        TakeRow();
        return true;
    }

    /// <summary>Reads a row that did not come in one piece by name; without one of its cells it is left out.</summary>
    /// <remarks>A flow that was recovered meanwhile had been read before. One that has come up meanwhile belongs to the next collection.</remarks>
    private async Task TakeTornAsync(uint flow, CancellationToken cancellationToken)
    {
        var cells = await _meter.GetAsync([.. _columns.Select(column => column.Append(flow))], cancellationToken).ConfigureAwait(false);
        _last = flow;
        for (var i = 0; i < _row.Length; i++)
            _row[i] = cells[i];
        if (!Array.Exists(_row, cell => cell.IsException))
            TakeRow();
    }

    private void TakeRow()
    {
        var writer = new FlowDataPackage.Writer(stackalloc byte[MaxPackage]);
        for (var i = 0; i < _row.Length; i++)
        {
            var tag = FlowDataPackage.TagOf(_attributes[i]);
            var isWritten =
                (byte)_row[i].Tag == tag
                && (tag == FlowDataPackage.OctetStringTag ? writer.TryOctets(_row[i].Octets) : writer.TryNumber(tag, _row[i].Number));
            if (!isWritten)
            {
                _segment.AddBad();
                return;
            }
        }
        if (!_segment.TryAdd(_last, writer.Finish()))
            throw new CollectionException(
                $"{_meter.Name}: more than {PackageSpool.MaxOctets >> 20} MiB of flows in one collection, a quarter of the memory here"
            );
    }

    private static ObjectIdentifier Column(FlowAttribute attribute, int ruleSet) => new([.. FlowMeterMib.DataEntry, (uint)attribute, (uint)ruleSet]);
}
