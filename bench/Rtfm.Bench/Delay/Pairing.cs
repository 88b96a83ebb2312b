using BenchmarkDotNet.Attributes;
using Rtfm.Control.Delay;
using Rtfm.Model.Delay;

namespace Rtfm.Bench.Delay;

/// <summary>A master's rounds of ten seconds: flows with a sample a second at each of two edges, 1 in 32 lost. Times are for one sample, from its package to its place among the pairs.</summary>
public class Pairing
{
    private const int SamplesPerRound = 10;
    private const long Second = 1_000_000_000;
    private const long DelayNs = 12_600_000;

    private readonly PacketSample[] _samples = new PacketSample[SamplesPerRound];
    private DelayCorrelator _correlator = null!;
    private FlowCorrelation[] _flows = null!;
    private ObservedSamples[] _entries = null!;
    private ObservedSamples[] _exits = null!;
    private uint[] _exitNumbers = null!;
    private uint _round;

    public const int Flows = 50_000;

    [GlobalSetup]
    public void Setup()
    {
        _correlator = new(new());
        _flows = [.. Enumerable.Range(0, Flows).Select(each => _correlator.Flow((uint)each))];
        _entries = [.. _flows.Select(each => each.Observe(_correlator.Member(1), EdgeRole.Entry, isReversed: false))];
        _exits = [.. _flows.Select(each => each.Observe(_correlator.Member(2), EdgeRole.Exit, isReversed: false))];
        _exitNumbers = new uint[Flows];
        Array.Fill(_exitNumbers, 1u);
        // Until as much waits as ever will.
        for (var i = 0; i < 5; i++)
            Round();
    }

    [Benchmark(OperationsPerInvoke = 2 * Flows * SamplesPerRound)]
    public int Round()
    {
        var startNs = (1_763_740_800 + _round * SamplesPerRound) * Second;
        for (var flow = 0; flow < Flows; flow++)
        {
            Add(flow, _entries[flow], _round * SamplesPerRound + 1, startNs, isExit: false);
            _exitNumbers[flow] += Add(flow, _exits[flow], _exitNumbers[flow], startNs + DelayNs, isExit: true);
        }
        var endNs = startNs + SamplesPerRound * Second;
        _correlator.Member(1).Read(endNs, 20_000);
        _correlator.Member(2).Read(endNs, 20_000);
        _correlator.Decide(endNs);
        _round++;
        return _correlator.Waiting;
    }

    private uint Add(int flow, ObservedSamples at, uint first, long startNs, bool isExit)
    {
        var count = 0;
        for (var i = 0u; i < SamplesPerRound; i++)
        {
            var identity = (_round * SamplesPerRound + i) * 2_654_435_761 + (uint)flow;
            if (isExit && (identity >> 7) % 32 == 0)
                continue;
            var timeNs = startNs + i * Second + (isExit ? identity % 1_000_000 : 0);
            _samples[count++] = new(timeNs, identity & 0x07FF_FFC0, identity, (byte)((flow + i) % 4 == 0 ? 5 : 4), false);
        }
        _flows[flow].Add(at, new SamplePackageHeader(default, first, count, default, default), _samples.AsSpan(0, count));
        return (uint)count;
    }
}
