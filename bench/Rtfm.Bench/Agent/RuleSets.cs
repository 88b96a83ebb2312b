using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Matching;
using Rtfm.Agent.Metering;
using Rtfm.Model;

namespace Rtfm.Bench.Agent;

/// <summary>What more rule sets at once cost, each with flows of its own. A packet is parsed once; times are for one packet.</summary>
[SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls Cleanup, not Dispose")]
public class RuleSets
{
    private const int Flows = 1 << 16;

    private readonly PacketProcessor _processor = new();
    private UdpFrames _frames = null!;
    private FlowTable _table = null!;
    private int _next;

    [Params(1, 10)]
    public int Running { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _frames = new UdpFrames(Flows);
        _table = new FlowTable(Flows * Running + 1);
        _processor.Run([.. Enumerable.Range(2, Running).Select(Make)]);
        for (var i = 0; i < Flows; i += PacketBatch.DefaultCapacity)
            Meter();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _table.Dispose();
        _frames.Dispose();
    }

    [Benchmark(OperationsPerInvoke = PacketBatch.DefaultCapacity)]
    public void Meter()
    {
        _processor.Process(_frames.Packets.Slice(_next, PacketBatch.DefaultCapacity), new Uptime(100));
        _next = (_next + PacketBatch.DefaultCapacity) % Flows;
    }

    private RunningRuleSet Make(int number)
    {
        var flows = _table.GetOrAdd(number);
        return new RunningRuleSet(number, FiveTuple.Rules, new RuleSetEngine(FiveTuple.Rules, flows.Shapes), flows);
    }
}
