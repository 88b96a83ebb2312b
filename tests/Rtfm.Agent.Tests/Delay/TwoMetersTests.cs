using Rtfm.Agent.Delay;
using Rtfm.Model.Delay;
using static Rtfm.Agent.Tests.Delay.SampledTraffic;

namespace Rtfm.Agent.Tests.Delay;

/// <summary>Two meters that see the same packets, and tell each other nothing, take the same samples of them.</summary>
[TestFixture]
public sealed class TwoMetersTests
{
    private const int Seconds = 60;
    private static readonly SampleSettings Settings = EachSecond with { RingLength = SamplePackage.MostSamples };

    [Test]
    public void What_the_coarser_meter_samples_is_among_what_the_finer_does([Range(1, 12)] int seed)
    {
        var random = new Random(seed);
        using var entry = new SampledTraffic(settings: Settings);
        using var exit = new SampledTraffic(settings: Settings);
        // A rate that changes all the while, loss on the way, other packets at the one end only, delay and its variation.
        var loss = random.NextDouble() * 0.2;
        var delayNs = random.NextInt64(100_000, 30_000_000);
        var rate = Math.Pow(10, random.NextDouble() * 3.5 + 0.3);
        var number = 0;
        var late = new PriorityQueue<byte[], long>();
        for (var time = Start; time < Start + Seconds * Second; time += (long)(Second / rate * -Math.Log(1 - random.NextDouble())) + 1)
        {
            rate = Math.Clamp(rate * Math.Exp((random.NextDouble() - 0.5) / Math.Sqrt(rate)), 1, 5_000);
            var packet = Packet(number++);
            entry.Send(time, packet);
            if (random.NextDouble() >= loss)
                late.Enqueue(packet, time + delayNs + random.NextInt64(2_000_000));
            if (random.NextDouble() < 0.05)
                late.Enqueue(Packet(-number), time + random.NextInt64(1_000_000));
            while (late.TryPeek(out var arrived, out var at) && at <= time)
            {
                exit.Send(at, arrived);
                late.Dequeue();
            }
        }

        var (sent, came) = (entry.Read().Samples, exit.Read().Samples);
        // Of what is old enough to have been overwritten nothing can be said.
        var from = Math.Max(sent[0].TimeNs, came[0].TimeNs - delayNs) + Second;
        var keysSent = sent.Select(each => each.Key).ToHashSet();
        var keysCame = came.Select(each => each.Key).ToHashSet();
        var (expected, wrong) = (0, 0);
        foreach (var sample in came.Where(each => each.TimeNs - delayNs > from))
        {
            var levels = Around(sent, sample.TimeNs - delayNs);
            if (levels is null || !PacketSample.IsSelected(sample.Selection, levels.Value))
                continue;
            expected++;
            // Packets that only the exit has are a twentieth.
            wrong += keysSent.Contains(sample.Key) ? 0 : 1;
        }
        var paired = keysSent.Intersect(keysCame).Count();

        Assert.That(paired, Is.GreaterThan(15));
        Assert.That(wrong, Is.LessThanOrEqualTo(3 + expected / 8));
    }

    [Test]
    public void Without_loss_and_delay_the_samples_are_the_same()
    {
        var random = new Random(3);
        using var entry = new SampledTraffic(settings: Settings);
        using var exit = new SampledTraffic(settings: Settings);
        var time = Start;
        for (var i = 0; i < 30_000; i++)
        {
            time += random.NextInt64(2_000_000);
            entry.Send(time, Packet(i));
            exit.Send(time, Packet(i));
        }
        Assert.That(entry.Read().Samples, Is.EqualTo(exit.Read().Samples).And.Length.GreaterThan(20));
    }

    [Test]
    public void Both_ends_have_the_same_level_nearly_always()
    {
        var random = new Random(12);
        using var entry = new SampledTraffic(settings: Settings);
        using var exit = new SampledTraffic(settings: Settings);
        var (same, looks) = (0, 0);
        for (var i = 0; i < 400_000; i++)
        {
            var time = Start + i * Second / 2_000;
            entry.Send(time, Packet(i));
            if (random.NextDouble() >= 0.03)
                exit.Send(time + 12_600_000, Packet(i));
            if (i % 500 != 499)
                continue;
            looks++;
            same += entry.Read().Header.To.Level == exit.Read().Header.To.Level ? 1 : 0;
        }
        Assert.That((double)same / looks, Is.GreaterThan(0.75));
    }

    /// <summary>The coarser of the levels before and after a time.</summary>
    private static int? Around(PacketSample[] samples, long timeNs)
    {
        var after = Array.FindIndex(samples, each => each.TimeNs >= timeNs);
        return after <= 0 || after + 1 >= samples.Length
            ? null
            : Math.Max(samples[after - 1].Level, Math.Max(samples[after].Level, samples[after + 1].Level));
    }
}
