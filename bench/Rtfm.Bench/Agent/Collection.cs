using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Matching;
using Rtfm.Agent.Metering;
using Rtfm.Model;

namespace Rtfm.Bench.Agent;

/// <summary>A flow on its way out of the flow table: found in index order, copied, written as flowPackageData. Times are for one flow.</summary>
[SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls Cleanup, not Dispose")]
public class Collection
{
    private const int Flows = 1 << 16;
    private const int FlowsRead = 1 << 10;

    private static readonly FlowAttribute[] Attributes =
    [
        FlowAttribute.SourcePeerAddress,
        FlowAttribute.DestPeerAddress,
        FlowAttribute.SourceTransType,
        FlowAttribute.SourceTransAddress,
        FlowAttribute.DestTransAddress,
        FlowAttribute.ToPdus,
        FlowAttribute.FromPdus,
        FlowAttribute.ToOctets,
        FlowAttribute.FromOctets,
        FlowAttribute.FirstTime,
        FlowAttribute.LastActiveTime,
    ];

    private readonly byte[] _buffer = new byte[512];
    private FlowTable _table = null!;
    private FlowSet _flows = null!;
    private uint _after;

    [GlobalSetup]
    public void Setup()
    {
        using var frames = new UdpFrames(Flows);
        _table = new FlowTable(Flows + 1);
        _flows = _table.GetOrAdd(2);
        var processor = new PacketProcessor();
        processor.Run([new RunningRuleSet(2, FiveTuple.Rules, new RuleSetEngine(FiveTuple.Rules, _flows.Shapes), _flows)]);
        for (var i = 0; i < Flows; i += PacketBatch.DefaultCapacity)
            processor.Process(frames.Packets.Slice(i, PacketBatch.DefaultCapacity), new Uptime(100));
    }

    [GlobalCleanup]
    public void Cleanup() => _table.Dispose();

    [Benchmark(OperationsPerInvoke = FlowsRead)]
    public int Packages()
    {
        var octets = 0;
        FlowSnapshot flow = default;
        for (var i = 0; i < FlowsRead; i++)
        {
            if (!_flows.TryGetNext(_after, default, ref flow))
            {
                _after = 0;
                continue;
            }
            _after = flow.Index;
            var writer = new FlowDataPackage.Writer(_buffer);
            if (!flow.TryWritePackage(Attributes, ref writer))
                throw new InvalidOperationException("no room for the package");
            octets += writer.Finish().Length;
        }
        return octets;
    }
}
