using System.Net;
using Rtfm.Model;

namespace Rtfm.MeterReader.Tests.Collection;

/// <summary>A flow of a <see cref="SimulatedMeter"/>: who it is, and what was counted.</summary>
internal sealed class SimulatedFlow(int life, int ruleSet, uint index, int key, uint firstTime)
{
    private readonly byte[] _source = IPAddress.Parse($"10.0.{key >> 8 & 0xFF}.{key & 0xFF}").GetAddressBytes();

    public int Life { get; } = life;
    public int RuleSet { get; } = ruleSet;
    public uint Index { get; } = index;
    public int Key { get; } = key;
    public uint FirstTime { get; } = firstTime;
    public uint LastActive { get; set; } = firstTime;
    public ulong ToOctets { get; set; }
    public ulong ToPdus { get; set; }

    public FlowValue Value(FlowAttribute attribute) =>
        attribute switch
        {
            FlowAttribute.FirstTime => new(FirstTime),
            FlowAttribute.LastActiveTime => new(LastActive),
            FlowAttribute.ToOctets => new(ToOctets),
            FlowAttribute.ToPdus => new(ToPdus),
            FlowAttribute.SourcePeerType => new((ulong)PeerType.IPv4),
            FlowAttribute.SourcePeerAddress => new(_source),
            FlowAttribute.SourceTransAddress => new([0x04, 0x00]),
            _ => FlowDataPackage.TagOf(attribute) == FlowDataPackage.OctetStringTag ? new(new byte[4]) : new(0ul),
        };

    public byte[] Package(ReadOnlySpan<uint> attributes)
    {
        var writer = new FlowDataPackage.Writer(stackalloc byte[2_048]);
        foreach (var number in attributes)
        {
            var attribute = (FlowAttribute)number;
            var (tag, value) = (FlowDataPackage.TagOf(attribute), Value(attribute));
            var isWritten = tag == FlowDataPackage.OctetStringTag ? writer.TryOctets(value.Octets) : writer.TryNumber(tag, value.Number);
            if (!isWritten)
                throw new InvalidOperationException($"{attribute} does not fit");
        }
        return writer.Finish().ToArray();
    }
}
