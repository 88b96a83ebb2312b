using System.Collections.Immutable;
using System.Net;
using Rtfm.MeterReader.Collection;
using Rtfm.MeterReader.Storage;
using Rtfm.Model;

namespace Rtfm.MeterReader.Tests.Storage;

/// <summary>Collections and records for tests of the store.</summary>
internal static class TestRecords
{
    public static readonly DateTimeOffset Boot = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static ImmutableArray<FlowAttribute> Attributes { get; } = [.. MeterSettings.EveryKeyAttribute, .. MeterSettings.Always];

    public static MeterEpoch Epoch(IFlowStore store, string meter = "m", int boots = 1) =>
        store.Epoch(meter, new MeterIdentity("8000000001", boots, 100, Boot.AddSeconds(1)), wasRegistered: true);

    public static FlowCollection Collection(MeterEpoch epoch, uint? since, uint bookmark, int ruleSet = 2) =>
        new(epoch, ruleSet, "edge", Boot.AddMilliseconds(bookmark * 10.0), since, bookmark, Boot, Attributes);

    public static FlowRecord Record(uint index, ulong octets, uint firstTime = 10, uint lastActive = 20, int ruleSet = 2)
    {
        var values = new FlowValue[Attributes.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var attribute = Attributes[i];
            values[i] = attribute switch
            {
                FlowAttribute.FirstTime => new(firstTime),
                FlowAttribute.LastActiveTime => new(lastActive),
                FlowAttribute.ToOctets => new(octets),
                FlowAttribute.ToPdus => new(octets / 100),
                FlowAttribute.SourcePeerAddress => new([10, (byte)(index >> 16), (byte)(index >> 8), (byte)index]),
                FlowAttribute.DestPeerAddress => new(IPAddress.Parse("2001:db8::1").GetAddressBytes()),
                FlowAttribute.SourceTransType => new(6),
                FlowAttribute.DestTransAddress => new([1, 187]),
                FlowAttribute.SourceAdjacentAddress => new([2, 0, 0, 0, 0, 1]),
                _ when FlowDataPackage.TagOf(attribute) == FlowDataPackage.OctetStringTag => new(new byte[4]),
                _ => new(0ul),
            };
        }
        return new FlowRecord(ruleSet, index, Attributes, values);
    }
}
