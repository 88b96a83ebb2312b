using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Matching;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Packets;
using Rtfm.Model;

namespace Rtfm.Bench.Agent;

/// <summary>The meter's way of a packet, from captured octets to the flow's counters: its steps, and all of it. Times are for one packet.</summary>
[SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls Cleanup, not Dispose")]
public class PacketPath
{
    private const int Batch = PacketBatch.DefaultCapacity;

    private readonly ParseCounters _parsed = new();
    private readonly MatchKey[] _keys = new MatchKey[Batch];
    private readonly MatchResult[] _results = new MatchResult[Batch];
    private UdpFrames _frames = null!;
    private MatchKey[] _keysOfAll = [];
    private MatchResult[] _resultsOfAll = [];
    private FlowTable _table = null!;
    private FlowSet _flows = null!;
    private RuleSetEngine _compiled = null!;
    private RuleSetEngine _interpreted = null!;
    private PacketProcessor _processor = null!;
    private int _next;

    /// <summary>Few flows stay in the cache, many do not.</summary>
    [Params(1 << 10, 1 << 18)]
    public int Flows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _frames = new UdpFrames(Flows);
        _table = new FlowTable(Flows + 1);
        _flows = _table.GetOrAdd(2);
        _compiled = new RuleSetEngine(FiveTuple.Rules, _flows.Shapes);
        _interpreted = new RuleSetEngine(FiveTuple.Rules, _flows.Shapes, isInterpreted: true);
        _processor = new PacketProcessor();
        _processor.Run([new RunningRuleSet(2, FiveTuple.Rules, _compiled, _flows)]);
        _keysOfAll = new MatchKey[Flows];
        _resultsOfAll = new MatchResult[Flows];
        PacketParser.Parse(_frames.Packets, _keysOfAll, _parsed, intoTunnels: false);
        _compiled.Match(_keysOfAll, _resultsOfAll);
        for (var i = 0; i < Flows; i += Batch)
            Meter();
        if (_flows.Count != Flows || !_compiled.IsCompiled)
            throw new InvalidOperationException($"{_flows.Count} flows were made of {Flows}");
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _table.Dispose();
        _frames.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void Parse() => PacketParser.Parse(_frames.Packets.Slice(Next(), Batch), _keys, _parsed, intoTunnels: false);

    [Benchmark(OperationsPerInvoke = Batch)]
    public void MatchCompiled() => _compiled.Match(_keysOfAll.AsSpan(Next(), Batch), _results);

    [Benchmark(OperationsPerInvoke = Batch)]
    public void MatchInterpreted() => _interpreted.Match(_keysOfAll.AsSpan(Next(), Batch), _results);

    /// <summary>Hash, look up, count. Reads keys and results of all flows, where the meter has those of a batch at hand.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public int Count()
    {
        var at = Next();
        return _flows.CountBatch(_resultsOfAll.AsSpan(at, Batch), _keysOfAll.AsSpan(at, Batch), _compiled.Plans, OctetLayer.Network, new Uptime(100));
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void Meter() => _processor.Process(_frames.Packets.Slice(Next(), Batch), new Uptime(100));

    private int Next()
    {
        var at = _next;
        _next = (at + Batch) % Flows;
        return at;
    }
}
