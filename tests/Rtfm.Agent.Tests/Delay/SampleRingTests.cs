using Rtfm.Agent.Flows;
using Rtfm.Agent.Statistics;
using Rtfm.Model;
using Rtfm.Model.Delay;
using static Rtfm.Agent.Tests.Delay.SampledTraffic;

namespace Rtfm.Agent.Tests.Delay;

/// <summary>A flow's samples: which packets become one, and what of them is kept.</summary>
[TestFixture]
public sealed class SampleRingTests
{
    private static readonly long[] Rates = [1, 3, 50, 1_000, 20_000];

    [Test]
    public void Every_packet_of_a_slow_flow_is_a_sample_with_its_time_direction_and_key()
    {
        using var traffic = new SampledTraffic();
        traffic.Send(Start + 1, Packet(1));
        traffic.Send(Start + 2 * Second + 7, Packet(2, isBack: true));
        var (header, samples) = traffic.Read();

        var keys = new[] { KeyedPackets.KeyOf(Packet(1))!.Value, KeyedPackets.KeyOf(Packet(2, isBack: true))!.Value };
        Assert.That(
            samples,
            Is.EqualTo(
                new PacketSample[]
                {
                    new(Start + 1, keys[0].Selection & PacketSample.SelectionMask, keys[0].Identity, 0, false),
                    new(Start + 2 * Second + 7, keys[1].Selection & PacketSample.SelectionMask, keys[1].Identity, 0, true),
                }
            )
        );
        Assert.That(header, Is.EqualTo(new SamplePackageHeader(new(100), 1, 2, new(0, Start + 1), new(0, Start + 2 * Second + 7))));
    }

    [TestCaseSource(nameof(Rates))]
    public void A_flow_of_any_rate_gives_about_one_sample_a_second(long rate)
    {
        const int Seconds = 40;
        using var traffic = new SampledTraffic(settings: EachSecond with { RingLength = SamplePackage.MostSamples });
        for (var i = 0; i < rate * Seconds; i++)
            traffic.Send(Start + i * Second / rate, Packet(i));
        // The first second may give some more: nobody knew the rate.
        var later = traffic.Read().Samples.Count(sample => sample.TimeNs >= Start + Second);

        Assert.That(later / (Seconds - 1.0), Is.InRange(0.5, 2));
    }

    [Test]
    public void A_burst_gives_few_samples()
    {
        using var traffic = new SampledTraffic(settings: EachSecond with { RingLength = SamplePackage.MostSamples });
        for (var i = 0; i < 100_000; i++)
            traffic.Send(Start + i, Packet(i));

        Assert.That(traffic.Read().Header.Count, Is.InRange(8, 30));
    }

    [Test]
    public void A_flow_that_got_slow_is_sampled_again_within_as_many_seconds_as_it_had_levels()
    {
        using var traffic = new SampledTraffic();
        for (var i = 0; i < 20_000; i++)
            traffic.Send(Start + i * Second / 10_000, Packet(i));
        for (var i = 0; i < 16; i++)
            traffic.Send(Start + (3 + i) * Second, Packet(100_000 + i));

        Assert.That(traffic.Read().Header.To.Level, Is.Zero);
        Assert.That(traffic.Read().Samples[^1].TimeNs, Is.EqualTo(Start + 18 * Second));
    }

    [Test]
    public void The_directions_of_a_flow_have_levels_of_their_own()
    {
        using var traffic = new SampledTraffic();
        for (var i = 0; i < 5_000; i++)
            traffic.Send(Start + i * Second / 1_000, Packet(i, isBack: i % 1_000 == 0 && i > 0));
        var (header, samples) = traffic.Read();

        Assert.That((header.To.Level, header.From.Level), Is.EqualTo((10, 0)).Or.EqualTo((11, 0)));
        Assert.That(samples.Count(sample => sample.IsReverse), Is.EqualTo(4));
    }

    [TestCase(4)]
    [TestCase(7)]
    [TestCase(256)]
    public void The_ring_keeps_the_latest_samples_and_the_header_tells_how_many_went(int length)
    {
        using var traffic = new SampledTraffic(settings: EachSecond with { RingLength = length });
        for (var i = 0; i < 600; i++)
            traffic.Send(Start + i * Second, Packet(i));
        var (header, samples) = traffic.Read();

        Assert.That((header.First, header.Count), Is.EqualTo(((uint)(601 - length), length)));
        Assert.That(samples.Select(sample => sample.TimeNs), Is.EqualTo(Enumerable.Range(600 - length, length).Select(i => Start + i * Second)));
    }

    [Test]
    public void A_flow_that_was_silent_for_days_begins_its_ring_anew()
    {
        using var traffic = new SampledTraffic();
        traffic.Send(Start, Packet(1));
        traffic.Send(Start + 200_000 * Second, Packet(2));
        var (header, samples) = traffic.Read();

        Assert.That((header.First, samples.Single().TimeNs), Is.EqualTo((2u, Start + 200_000 * Second)));
    }

    [Test]
    public void Times_that_are_hours_apart_are_kept_to_the_nanosecond()
    {
        using var traffic = new SampledTraffic();
        long[] times = [.. Enumerable.Range(0, 16).Select(i => Start + i * 30_000 * Second + i)];
        foreach (var time in times)
            traffic.Send(time, Packet((int)(time % 1_000)));

        Assert.That(traffic.Read().Samples.Select(sample => sample.TimeNs), Is.EqualTo(times));
    }

    [Test]
    public void A_clock_that_is_set_back_does_not_stop_sampling()
    {
        using var traffic = new SampledTraffic();
        for (var i = 0; i < 10; i++)
            traffic.Send(Start + (i < 5 ? i : i - 3_600) * Second, Packet(i));

        Assert.That(traffic.Read().Header.Count, Is.EqualTo(10));
    }

    [Test]
    public void The_clock_s_offset_is_added()
    {
        using var traffic = new SampledTraffic(settings: new(ClockOffsetNs: -250_000));
        traffic.Send(Start, Packet(1));

        Assert.That(traffic.Read().Samples[0].TimeNs, Is.EqualTo(Start - 250_000));
    }

    [Test]
    public void Without_DelaySamples_in_the_rules_a_flow_has_none()
    {
        using var traffic = new SampledTraffic("SAVE SourcePeerAddress; COUNT;");
        traffic.Send(Start, Packet(1));
        FlowSnapshot flow = default;

        Assert.That(traffic.Flows.TryGetNext(0, default, ref flow));
        Assert.That(flow.ValueOf(FlowAttribute.DelaySamples).Octets.IsEmpty);
    }

    [Test]
    public void Samples_go_with_other_statistics()
    {
        using var traffic = new SampledTraffic("SAVE SourcePeerAddress; SAVE DelaySamples; SAVE ToActiveIntervals; COUNT;");
        for (var i = 0; i < 3; i++)
            traffic.Send(Start + i * Second, Packet(i));
        FlowSnapshot flow = default;

        Assert.That(traffic.Flows.TryGetNext(0, default, ref flow));
        Assert.That(flow.Number(FlowAttribute.ToActiveIntervals), Is.EqualTo(3));
        Assert.That(traffic.Read().Header.Count, Is.EqualTo(3));
    }

    [Test]
    public void Sixteen_samples_take_less_than_300_octets()
    {
        using var traffic = new SampledTraffic();
        var layout = new StatisticLayout(0, traffic.PlanOfSamples(), ringLength: 16);
        // The record, which is given in half cache lines, and the pointer to it.
        Assert.That((layout.Length + 31) / 32 * 32 + 8, Is.LessThanOrEqualTo(300));
    }

    [Test]
    public void A_package_of_samples_since_a_time_has_no_others()
    {
        using var traffic = new SampledTraffic();
        for (var i = 0; i < 5; i++)
            traffic.Send(Start + i * Second, Packet(i));
        FlowSnapshot flow = default;
        traffic.Flows.TryGetNext(0, default, ref flow);
        var samples = new PacketSample[16];

        Assert.That(SamplePackage.TryRead(flow.Samples(Start + 3 * Second), samples, out var header));
        Assert.That((header.First, header.Count, samples[0].TimeNs), Is.EqualTo((4u, 2, Start + 3 * Second)));
    }
}
