using Rtfm.Agent.Delay;
using Rtfm.Control.Delay;
using Rtfm.Model.Delay;
using static Rtfm.Agent.Tests.Delay.SampledTraffic;

namespace Rtfm.Agent.Tests.Delay;

/// <summary>One hop composed with the next: packets pass three meters, and what two of them tell of each half is what the outer ones tell of the whole way.</summary>
[TestFixture]
public sealed class ConsecutiveSegmentsTests
{
    private const long Millisecond = 1_000_000;
    private const int PacketsPerSecond = 1_000;
    private const int Seconds = 200;

    private static readonly SampleSettings Settings = new(IntervalNs: 10 * Millisecond, RingLength: SamplePackage.MostSamples);

    [Test]
    public void Delays_of_two_segments_add_up_and_losses_multiply([Values(1, 2, 3)] int seed)
    {
        var random = new Random(seed);
        using var entry = new SampledTraffic(settings: Settings);
        using var middle = new SampledTraffic(settings: Settings);
        using var exit = new SampledTraffic(settings: Settings);
        var (first, second, whole) = (new Segment(entry, middle), new Segment(middle, exit), new Segment(entry, exit));
        Segment[] segments = [first, second, whole];
        for (var i = 0; i < PacketsPerSecond * Seconds; i++)
        {
            var time = Start + i * Second / PacketsPerSecond;
            var packet = Packet(i);
            if (i % PacketsPerSecond == 0 && i > 0)
                Array.ForEach(segments, each => each.Read(time));
            entry.Send(time, packet);
            time += 4 * Millisecond + random.NextInt64(Millisecond / 2);
            if (random.NextDouble() < 0.031)
                continue;
            middle.Send(time, packet);
            time += 8 * Millisecond + random.NextInt64(Millisecond / 2);
            if (random.NextDouble() >= 0.01)
                exit.Send(time, packet);
        }
        Array.ForEach(segments, each => each.Read(Start + (Seconds + 60) * Second));

        Assert.That(whole.Found.Paired, Is.GreaterThan(10_000));
        Assert.That(first.Delays.Average() + second.Delays.Average(), Is.EqualTo(whole.Delays.Average()).Within(0.05 * Millisecond));
        var kept = (1 - first.Found.LossRatio!.Value) * (1 - second.Found.LossRatio!.Value);
        Assert.That(1 - kept, Is.EqualTo(whole.Found.LossRatio!.Value).Within(0.001));
    }

    /// <summary>The way from one meter to another.</summary>
    private sealed class Segment
    {
        private readonly DelayCorrelator _correlator = new(new());
        private readonly FlowCorrelation _flow;
        private readonly (SampledTraffic Meter, ObservedSamples Seen)[] _ends;

        public Segment(SampledTraffic entry, SampledTraffic exit)
        {
            _flow = _correlator.Flow();
            _ends =
            [
                (entry, _flow.Observe(_correlator.Member(1), EdgeRole.Entry, isReversed: false)),
                (exit, _flow.Observe(_correlator.Member(2), EdgeRole.Exit, isReversed: false)),
            ];
        }

        public DelayStatistics Found => _flow.To;

        /// <summary>Mean of each round, in nanoseconds.</summary>
        public List<double> Delays { get; } = [];

        /// <summary>Reads both meters, which have seen all up to a time.</summary>
        public void Read(long reachedNs)
        {
            var before = Found.Paired;
            foreach (var (meter, seen) in _ends)
            {
                var (header, samples) = meter.Read();
                _flow.Add(seen, header, samples);
                seen.Member.Read(reachedNs, clockErrorNs: 0);
            }
            _correlator.Decide(reachedNs);
            if (Found.Paired > before)
                Delays.Add(Found.MeanNs);
        }
    }
}
