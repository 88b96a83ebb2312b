using Rtfm.Control.Delay;
using Rtfm.Model;
using Rtfm.Model.Delay;

namespace Rtfm.Manager.Tests.Delay;

/// <summary>A flow that comes in at member 1 and goes out at member 2, with a window of five seconds; times are milliseconds.</summary>
internal sealed class CorrelationCase
{
    public const long Ms = 1_000_000;

    private readonly Dictionary<ObservedSamples, List<PacketSample>> _samples = [];

    public CorrelationCase(CorrelationLimits? limits = null)
    {
        Correlator = new(limits ?? new());
        Flow = Correlator.Flow();
        In = Flow.Observe(Correlator.Member(1), EdgeRole.Entry, isReversed: false);
        Out = Flow.Observe(Correlator.Member(2), EdgeRole.Exit, isReversed: false);
    }

    public DelayCorrelator Correlator { get; }

    public FlowCorrelation Flow { get; }

    public ObservedSamples In { get; }

    public ObservedSamples Out { get; }

    public DelayStatistics To => Flow.To;

    /// <summary>A sample that was taken; its number is the next one.</summary>
    public void Sample(ObservedSamples at, long ms, uint identity, uint selection = 0, byte level = 0, bool isReverse = false)
    {
        if (!_samples.TryGetValue(at, out var samples))
            _samples[at] = samples = [];
        samples.Add(new(ms * Ms, selection, identity, level, isReverse));
    }

    /// <summary>Reads what was sampled from that number on.</summary>
    public void Add(ObservedSamples at, uint first = 1, SamplingLevel to = default)
    {
        var samples = _samples.GetValueOrDefault(at, []).Skip((int)first - 1).ToArray();
        Flow.Add(at, new SamplePackageHeader(new Uptime(0), first, samples.Length, to, default), samples);
    }

    public void Reach(int member, long ms, long errorMs = 0, params SampleGap[] gaps) => Correlator.Member(member).Read(ms * Ms, errorMs * Ms, gaps);

    /// <summary>All is read, and all decided.</summary>
    public DelayStatistics Finish(long errorMs = 0)
    {
        foreach (var at in _samples.Keys)
            Add(at);
        Reach(1, 1_000_000, errorMs);
        Reach(2, 1_000_000, errorMs);
        Correlator.Decide(0);
        return To;
    }

    public static SampleGap Gap(long fromMs, long toMs, GapReason reason = GapReason.CaptureLoss) => new(fromMs * Ms, toMs * Ms, reason);
}
