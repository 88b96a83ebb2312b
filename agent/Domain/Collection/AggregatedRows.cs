using Rtfm.Agent.Mib;
using Rtfm.Model;
using Rtfm.Model.Delay;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>The domain's records as FLOW-METER-MIB shows flows.</summary>
internal sealed class AggregatedRows(AggregatedFlows flows) : IFlowRows
{
    private static readonly byte[] Zeros = new byte[RuleAddress.MaxLength];

    private readonly List<FlowObservation> _seen = [];
    private readonly byte[] _octets = new byte[FlowDataPackage.LongestObservations];
    private RecordEntry _record;
    private RecordTotals.Sums _counts;
    private RecordTotals.Sums _exit;
    private uint _ruleSet;
    private uint _index;
    private (int Entry, int Exit) _points;
    private (ushort Entry, ushort Exit) _interfaces;
    private (DelayStatistics To, DelayStatistics From)? _delays;

    public bool TryGet(ReadOnlySpan<uint> index)
    {
        if (index.Length != 3 || index[0] > int.MaxValue || !flows.TryGet((int)index[0], index[2], index[1], out _record, _seen))
            return false;
        (_ruleSet, _index) = (index[0], index[2]);
        Reckon();
        return true;
    }

    public bool TryNext(ReadOnlySpan<uint> after, out FlowRowIndex index)
    {
        var ruleSet = after.IsEmpty ? 0 : after[0];
        var timeMark = after.Length > 1 ? after[1] : 0;
        var isFound = flows.TryGetNext(ref ruleSet, after.Length > 2 ? after[2] : 0, ref timeMark, out var flow, out _record, _seen);
        index = new(ruleSet, timeMark, flow);
        (_ruleSet, _index) = (ruleSet, flow);
        if (isFound)
            Reckon();
        return isFound;
    }

    public ulong Number(FlowAttribute attribute) =>
        attribute switch
        {
            FlowAttribute.FlowIndex => _index,
            FlowAttribute.FlowStatus => 2, // current(2)
            FlowAttribute.FlowTimeMark => _record.TimeMark,
            FlowAttribute.RuleSet => _ruleSet,
            FlowAttribute.FirstTime => _record.FirstTime,
            FlowAttribute.LastActiveTime => _record.LastActive,
            FlowAttribute.ToOctets => _counts.ToOctets,
            FlowAttribute.ToPdus => _counts.ToPdus,
            FlowAttribute.FromOctets => _counts.FromOctets,
            FlowAttribute.FromPdus => _counts.FromPdus,
            FlowAttribute.SourceInterface => _interfaces.Entry,
            FlowAttribute.DestInterface => _interfaces.Exit,
            FlowAttribute.EntryPoint => (ulong)_points.Entry,
            FlowAttribute.ExitPoint => (ulong)_points.Exit,
            FlowAttribute.ExitToOctets => _exit.ToOctets,
            FlowAttribute.ExitToPdus => _exit.ToPdus,
            FlowAttribute.ExitFromOctets => _exit.FromOctets,
            FlowAttribute.ExitFromPdus => _exit.FromPdus,
            _ when DelayStatistics.IsResult(attribute) => (DelayStatistics.IsFrom(attribute) ? Delays.From : Delays.To)[attribute],
            _ => NumberOf(_record.Profile!.Find(attribute, _record.Own)),
        };

    private (DelayStatistics To, DelayStatistics From) Delays => _delays ??= flows.DelaysOf((int)_ruleSet, _index);

    public ReadOnlySpan<byte> Octets(FlowAttribute attribute)
    {
        if (attribute == FlowAttribute.Observations)
            return WriteObservations();
        var value = _record.Profile!.Find(attribute, _record.Own);
        return value.IsEmpty ? Zeros.AsSpan(0, LengthWithout(attribute)) : value;
    }

    public bool TryWritePackage(ReadOnlySpan<FlowAttribute> attributes, ref FlowDataPackage.Writer writer)
    {
        foreach (var attribute in attributes)
        {
            var isWritten = FlowAttributes.Get(attribute).Syntax switch
            {
                AttributeSyntax.Distribution or AttributeSyntax.Samples => writer.TryOctets([]),
                _ when FlowDataPackage.TagOf(attribute) is var tag and not FlowDataPackage.OctetStringTag => writer.TryNumber(tag, Number(attribute)),
                _ => writer.TryOctets(Octets(attribute)),
            };
            if (!isWritten)
                return false;
        }
        return true;
    }

    private void Reckon()
    {
        _delays = null;
        var totals = new RecordTotals();
        foreach (var each in _seen)
            totals.Add(each);
        totals.End();
        (_counts, _exit) = (totals.Counts, totals.Exit);
        _points = (totals.EntryPoint, totals.ExitPoint);
        _interfaces = (totals.EntryInterface, totals.ExitInterface);
    }

    private ReadOnlySpan<byte> WriteObservations()
    {
        var length = FlowObservation.Begin(_octets);
        foreach (var each in _seen)
        {
            if (_octets.Length - length < FlowObservation.LongestOctets)
                break;
            // Sums of what members have no more are nobody's record.
            if (each.FlowIndex != 0)
                length += each.Write(_octets.AsSpan(length));
        }
        return _octets.AsSpan(0, length);
    }

    private static ulong NumberOf(ReadOnlySpan<byte> octets)
    {
        var number = 0ul;
        foreach (var octet in octets)
            number = number << 8 | octet;
        return number;
    }

    // MIB-105: as long as the other side's, or as the peer type says.
    private int LengthWithout(FlowAttribute attribute)
    {
        switch (attribute)
        {
            case FlowAttribute.SourcePeerAddress or FlowAttribute.DestPeerAddress:
                var other = _record.Profile!.Find(FlowAttributes.Get(attribute).Reverse, _record.Own).Length;
                if (other > 0)
                    return other;
                var type = Number(FlowAttribute.SourcePeerType) is not 0 and var source ? source : Number(FlowAttribute.DestPeerType);
                return type == (ulong)PeerType.IPv6 ? 16 : 4;
            case FlowAttribute.SourceAdjacentAddress or FlowAttribute.DestAdjacentAddress:
                return 6;
            case FlowAttribute.SourceTransAddress or FlowAttribute.DestTransAddress:
                return 2;
            default:
                return 4;
        }
    }
}
