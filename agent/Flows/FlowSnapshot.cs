using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Matching;
using Rtfm.Agent.Statistics;
using Rtfm.Model;
using Rtfm.Model.Delay;

namespace Rtfm.Agent.Flows;

/// <summary>A copy of one flow record, consistent in itself: what SNMP shows of a flow (RFC 2720 §4 flowDataTable).</summary>
public struct FlowSnapshot
{
    private static readonly byte[] Zeros = new byte[RuleAddress.MaxLength];

    private FlowSet? _set;
    private KeyShape? _shape;
    private KeyOctets _key;
    private StatisticLayout? _layout;
    private byte[]? _statistics;

    /// <summary>The statistics of the flow that the thread read last: a flow is written out before the next is read.</summary>
    [ThreadStatic]
    private static byte[]? t_statistics;

    /// <summary>The package of samples that the thread wrote last.</summary>
    [ThreadStatic]
    private static byte[]? t_samples;

    public uint Index { get; private set; }

    public Uptime FirstTime { get; private set; }

    public Uptime LastActive { get; private set; }

    public ulong ToOctets { get; private set; }

    public ulong ToPdus { get; private set; }

    public ulong FromOctets { get; private set; }

    public ulong FromPdus { get; private set; }

    /// <summary>TCP flags of all packets in that direction.</summary>
    public byte ToTcpFlags { get; private set; }

    public byte FromTcpFlags { get; private set; }

    public readonly int RuleSet => _set?.RuleSet ?? 0;

    /// <summary>The value of an attribute that is a number; zero where the rules never pushed it (MIB-83).</summary>
    public readonly ulong Number(FlowAttribute attribute) =>
        attribute switch
        {
            FlowAttribute.FlowIndex => Index,
            FlowAttribute.FlowStatus => 2, // current(2): every record there is, idle ones too (MIB-81)
            FlowAttribute.FlowTimeMark or FlowAttribute.LastActiveTime => LastActive.Hundredths,
            FlowAttribute.FirstTime => FirstTime.Hundredths,
            FlowAttribute.RuleSet => (ulong)RuleSet,
            FlowAttribute.ToOctets => ToOctets,
            FlowAttribute.ToPdus => ToPdus,
            FlowAttribute.FromOctets => FromOctets,
            FlowAttribute.FromPdus => FromPdus,
            FlowAttribute.ToTcpFlags => ToTcpFlags,
            FlowAttribute.FromTcpFlags => FromTcpFlags,
            FlowAttribute.Distributions => _layout?.Distributions ?? 0,
            FlowAttribute.ToTcpOctets or FlowAttribute.FromTcpOctets or FlowAttribute.ToActiveIntervals or FlowAttribute.FromActiveIntervals =>
                _layout?.Find(attribute) is { } counter ? StatisticRecord.CountersOf(_statistics, counter)[0] : 0,
            // MIB-84: 64-bit counters are not scaled.
            FlowAttribute.PduScale or FlowAttribute.OctetScale => 0,
            _ => NumberOf(Value(attribute)),
        };

    /// <summary>The value of an attribute that is an octet string; zeros, of the length that MIB-105 asks for, where the rules never pushed it.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Octets(FlowAttribute attribute)
    {
        if (AddressOfMask(attribute) is var address and not FlowAttribute.Null)
        {
            var mask = _shape!.Mask(KeySlots.Of(address));
            return mask.IsEmpty ? Zeros.AsSpan(0, LengthWithout(address)) : mask;
        }
        var value = Value(attribute);
        return value.IsEmpty ? Zeros.AsSpan(0, LengthWithout(attribute)) : value;
    }

    /// <summary>The value of any attribute, as a reader gets it.</summary>
    public readonly FlowValue ValueOf(FlowAttribute attribute)
    {
        if (FlowDataPackage.TagOf(attribute) != FlowDataPackage.OctetStringTag)
            return new FlowValue(Number(attribute));
        if (FlowAttributes.Get(attribute).Syntax == AttributeSyntax.Observations)
            return new FlowValue([]);
        if (FlowAttributes.Get(attribute).Syntax == AttributeSyntax.Samples)
            return new FlowValue(Samples(long.MinValue).ToArray());
        if (FlowAttributes.Get(attribute).Syntax != AttributeSyntax.Distribution)
            return new FlowValue(Octets(attribute).ToArray());
        Span<FlowValue> values = new FlowValue[1];
        var writer = new FlowDataPackage.Writer(new byte[FlowDataPackage.LongestDistribution]);
        TryWriteDistribution(attribute, ref writer);
        return FlowDataPackage.TryDecode(writer.Finish(), [attribute], values) ? values[0] : default;
    }

    /// <summary>Writes the attributes, in order, as the elements of a flow data package (MIB-104).</summary>
    /// <returns>False where there is no room for them.</returns>
    public readonly bool TryWritePackage(scoped ReadOnlySpan<FlowAttribute> attributes, ref FlowDataPackage.Writer writer)
    {
        foreach (var attribute in attributes)
        {
            var isWritten = FlowAttributes.Get(attribute).Syntax switch
            {
                AttributeSyntax.Distribution => TryWriteDistribution(attribute, ref writer),
                AttributeSyntax.Samples => writer.TryOctets(Samples(long.MinValue)),
                // One meter alone observes for nobody.
                AttributeSyntax.Observations => writer.TryOctets([]),
                _ when FlowDataPackage.TagOf(attribute) is var tag and not FlowDataPackage.OctetStringTag => writer.TryNumber(tag, Number(attribute)),
                _ => writer.TryOctets(Octets(attribute)),
            };
            if (!isWritten)
                return false;
        }
        return true;
    }

    /// <summary>The flow's samples that are not older than that, as a <see cref="SamplePackage"/>; empty where none are taken. Valid until the thread asks again.</summary>
    /// <param name="sinceNs">Nanoseconds since 1970, in the samples' clock.</param>
    public readonly ReadOnlySpan<byte> Samples(long sinceNs)
    {
        Span<PacketSample> samples = stackalloc PacketSample[SamplePackage.MostSamples];
        var count = ReadSamples(samples, out var header);
        if (count < 0)
            return [];
        // Clocks step: all that come behind the first one that is new are wanted.
        var old = 0;
        while (old < count && samples[old].TimeNs < sinceNs)
            old++;
        var package = t_samples ??= new byte[SamplePackage.Longest];
        var length = SamplePackage.Write(
            header with
            {
                First = unchecked(header.First + (uint)old),
                Count = count - old,
            },
            samples[old..count],
            package
        );
        return package.AsSpan(0, length);
    }

    /// <summary>The flow's samples, oldest first.</summary>
    /// <param name="samples">Room for <see cref="SamplePackage.MostSamples"/>.</param>
    /// <returns>How many; -1: none are taken of this flow.</returns>
    public readonly int ReadSamples(Span<PacketSample> samples, out SamplePackageHeader header)
    {
        header = default;
        if (_layout is not { RingLength: > 0 } layout)
            return -1;
        header = SampleRing.Read(_statistics.AsSpan(layout.RingOffset), layout.RingLength, samples) with { FirstTime = FirstTime };
        return header.Count;
    }

    /// <summary>NEW-10: empty where the flow has no such distribution.</summary>
    private readonly bool TryWriteDistribution(FlowAttribute attribute, ref FlowDataPackage.Writer writer) =>
        _layout?.Find(attribute) is { } found
            ? writer.TryDistribution(
                found.Request.Mask.Padded[..StatisticRequest.Octets],
                found.Request.Value.Padded[..StatisticRequest.Octets],
                StatisticRecord.CountersOf(_statistics, found)
            )
            : writer.TryOctets([]);

    /// <param name="statistics">Record of statistics; null: the flow has none.</param>
    /// <returns>False where the record was changed meanwhile.</returns>
    internal unsafe bool TryLoad(FlowSet set, uint index, in FlowEntry entry, ReadOnlySpan<byte> key, byte* statistics)
    {
        _set = set;
        Index = index;
        FirstTime = new(entry.FirstTime);
        LastActive = new(entry.LastActive);
        (ToOctets, ToPdus, FromOctets, FromPdus) = (entry.To.Octets, entry.To.Pdus, entry.From.Octets, entry.From.Pdus);
        // A torn read may name any shape: the copy is thrown away then, but must not fail before.
        _shape = set.Shapes[Math.Clamp(entry.ShapeNumber - 1, 0, set.Shapes.Count - 1)];
        (ToTcpFlags, FromTcpFlags) = (entry.ToTcpFlags, entry.FromTcpFlags);
        key[..Math.Min(_shape.Length, key.Length)].CopyTo(_key);
        _layout = null;
        return statistics == null || TryLoadStatistics(set, (StatisticHeader*)statistics);
    }

    private unsafe bool TryLoadStatistics(FlowSet set, StatisticHeader* record)
    {
        var layout = set.Statistics[record->Layout];
        if (layout.Length > record->Room)
            return false;
        var copy = t_statistics;
        if (copy is null || copy.Length < layout.Length)
            t_statistics = copy = new byte[layout.Length];
        new ReadOnlySpan<byte>(record, layout.Length).CopyTo(copy);
        fixed (byte* copied = copy)
            StatisticRecord.CloseIntervals(copied, layout, set.LatestNs);
        (_layout, _statistics) = (layout, copy);
        return true;
    }

    private static ulong NumberOf(ReadOnlySpan<byte> octets)
    {
        var number = 0ul;
        foreach (var octet in octets)
            number = number << 8 | octet;
        return number;
    }

    [UnscopedRef]
    private readonly ReadOnlySpan<byte> Value(FlowAttribute attribute)
    {
        var slot = AttributeField.Of(attribute).Slot;
        return slot >= 0 && _shape!.TryFind(slot, out var offset, out var length) ? ((ReadOnlySpan<byte>)_key).Slice(offset, length) : default;
    }

    private static FlowAttribute AddressOfMask(FlowAttribute attribute) =>
        attribute switch
        {
            FlowAttribute.SourceAdjacentMask => FlowAttribute.SourceAdjacentAddress,
            FlowAttribute.SourcePeerMask => FlowAttribute.SourcePeerAddress,
            FlowAttribute.SourceTransMask => FlowAttribute.SourceTransAddress,
            FlowAttribute.DestAdjacentMask => FlowAttribute.DestAdjacentAddress,
            FlowAttribute.DestPeerMask => FlowAttribute.DestPeerAddress,
            FlowAttribute.DestTransMask => FlowAttribute.DestTransAddress,
            FlowAttribute.SourceInnerMask => FlowAttribute.SourceInnerAddress,
            FlowAttribute.DestInnerMask => FlowAttribute.DestInnerAddress,
            _ => FlowAttribute.Null,
        };

    // MIB-105: as long as the other side's, or as the peer type says.
    private readonly int LengthWithout(FlowAttribute attribute)
    {
        switch (attribute)
        {
            case FlowAttribute.SourcePeerAddress or FlowAttribute.DestPeerAddress:
                var other = _shape!.LengthOf(KeySlots.Of(FlowAttributes.Get(attribute).Reverse));
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

    [InlineArray(FlowKey.MaxLength)]
    private struct KeyOctets
    {
        private byte _element0;
    }
}
