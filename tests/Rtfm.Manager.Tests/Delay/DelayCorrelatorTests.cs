using Rtfm.Control.Delay;
using Rtfm.Model.Delay;
using static Rtfm.Manager.Tests.Delay.CorrelationCase;

namespace Rtfm.Manager.Tests.Delay;

/// <summary>The rules of pairing, one by one.</summary>
[TestFixture]
public sealed class DelayCorrelatorTests
{
    [Test]
    public void A_packet_seen_at_both_edges_took_the_difference_of_its_times()
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 1_000, 7);
        flow.Sample(flow.Out, 1_012, 7);
        Assert.That(
            flow.Finish(errorMs: 1),
            Is.EqualTo(
                new DelayStatistics
                {
                    Paired = 1,
                    Expected = 1,
                    MeanNs = 12 * Ms,
                    MinimumNs = 12 * Ms,
                    MaximumNs = 12 * Ms,
                    MedianNs = 12 * Ms,
                    Percentile95Ns = 12 * Ms,
                    Percentile99Ns = 12 * Ms,
                    ClockErrorNs = 2 * Ms,
                }
            )
        );
    }

    [Test]
    public void Statistics_are_nearest_rank_over_the_pairs_and_variation_over_consecutive_ones()
    {
        var flow = new CorrelationCase();
        // Sent one after the other, delays 1, 2, … 20 ms, then one of 1 ms.
        long[] delays = [.. Enumerable.Range(1, 20), 1];
        for (var i = 0; i < delays.Length; i++)
        {
            flow.Sample(flow.In, i * 100, (uint)i);
            flow.Sample(flow.Out, i * 100 + delays[i], (uint)i);
        }
        var found = flow.Finish();
        Assert.That(
            (found.MeanNs, found.MinimumNs, found.MedianNs, found.Percentile95Ns, found.Percentile99Ns, found.MaximumNs),
            Is.EqualTo(((211 * Ms + 10) / 21, 1 * Ms, 10 * Ms, 19 * Ms, 20 * Ms, 20 * Ms))
        );
        Assert.That(found.VariationNs, Is.EqualTo((19 + 19) * Ms / 20));
    }

    [Test]
    public void What_goes_back_comes_in_where_the_rest_goes_out()
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.Out, 1_000, 7, isReverse: true);
        flow.Sample(flow.In, 1_030, 7, isReverse: true);
        Assert.That(flow.Finish(), Is.EqualTo(default(DelayStatistics)));
        Assert.That((flow.Flow.From.Paired, flow.Flow.From.MeanNs), Is.EqualTo((1, 30 * Ms)));
    }

    [Test]
    public void A_meter_that_saw_the_other_end_first_has_the_directions_the_other_way_round()
    {
        var flow = new CorrelationCase();
        var reversed = flow.Flow.Observe(flow.Correlator.Member(2), EdgeRole.Exit, isReversed: true);
        flow.Sample(flow.In, 1_000, 7);
        flow.Sample(reversed, 1_005, 7, isReverse: true);
        Assert.That(flow.Finish().MeanNs, Is.EqualTo(5 * Ms));
    }

    [Test]
    public void A_packet_that_did_not_go_out_is_lost()
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 1_000, 7);
        flow.Sample(flow.In, 1_100, 8);
        flow.Sample(flow.Out, 1_110, 8);
        var found = flow.Finish();
        Assert.That((found.Paired, found.Expected, found.Lost, found.LossRatio), Is.EqualTo((1, 2, 1, 0.5)));
    }

    [Test]
    public void A_packet_that_takes_longer_than_the_window_is_lost()
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 1_000, 7);
        flow.Sample(flow.Out, 6_001, 7);
        Assert.That((flow.Finish().Lost, flow.To.Paired), Is.EqualTo((1, 0)));
    }

    [TestCase(1, Description = "it goes out once")]
    [TestCase(2, Description = "it goes out twice")]
    [TestCase(0, Description = "not at all")]
    public void A_key_that_comes_in_twice_is_neither_paired_nor_lost(int arrivals)
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 1_000, 7);
        flow.Sample(flow.In, 3_000, 7);
        for (var i = 0; i < arrivals; i++)
            flow.Sample(flow.Out, 1_010 + i * 2_000, 7);
        Assert.That(flow.Finish(), Is.EqualTo(new DelayStatistics { Repeated = 2 }));
    }

    [Test]
    public void A_key_that_comes_in_again_when_the_first_cannot_be_on_its_way_any_more_is_another_packet()
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 1_000, 7);
        flow.Sample(flow.Out, 1_010, 7);
        flow.Sample(flow.In, 11_001, 7);
        flow.Sample(flow.Out, 11_021, 7);
        Assert.That((flow.Finish().Paired, flow.To.MeanNs), Is.EqualTo((2, 15 * Ms)));
    }

    [Test]
    public void Of_a_packet_that_was_doubled_on_the_way_the_first_arrival_counts()
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 1_000, 7);
        flow.Sample(flow.Out, 1_020, 7);
        flow.Sample(flow.Out, 1_010, 7);
        Assert.That((flow.Finish().Paired, flow.To.MeanNs, flow.To.Unpaired), Is.EqualTo((1, 10 * Ms, 0)));
    }

    [Test]
    public void One_packet_that_two_versions_of_a_rule_set_sampled_is_one()
    {
        var flow = new CorrelationCase();
        var other = flow.Flow.Observe(flow.Correlator.Member(1), EdgeRole.Entry, isReversed: false);
        flow.Sample(flow.In, 1_000, 7);
        flow.Sample(other, 1_000, 7);
        flow.Sample(flow.Out, 1_010, 7);
        Assert.That((flow.Finish().Paired, flow.To.Repeated), Is.EqualTo((1, 0)));
    }

    [Test]
    public void What_the_exit_would_not_have_sampled_is_not_missed()
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 1_000, 7, selection: 0x2000_0000);
        flow.Sample(flow.In, 1_100, 8, selection: 0x0800_0000);
        flow.Sample(flow.Out, 900, 1, level: 3);
        Assert.That((flow.Finish().Lost, flow.To.Expected), Is.EqualTo((1, 1)), "only what the first three bits select");
    }

    [TestCase(900, 3, 1_200, 0)]
    [TestCase(900, 0, 6_200, 3)]
    [TestCase(900, 0, 1_200, 3)]
    public void The_coarser_of_the_levels_before_and_after_says_what_the_exit_would_have_sampled(long before, byte first, long after, byte second)
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 1_000, 7, selection: 0x2000_0000);
        flow.Sample(flow.Out, before, 1, level: first);
        flow.Sample(flow.Out, after, 2, level: second);
        Assert.That((flow.Finish().Lost, flow.To.Unknown), Is.EqualTo((0, 0)));
    }

    [Test]
    public void The_level_in_force_when_it_was_read_counts_too()
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 1_000, 7, selection: 0x2000_0000);
        flow.Sample(flow.Out, 900, 1);
        flow.Add(flow.Out, to: new SamplingLevel(3, 950 * Ms));
        Assert.That(flow.Finish().Lost, Is.Zero);
    }

    [Test]
    public void Pairs_that_the_exit_need_not_have_sampled_have_delays_but_do_not_count_as_expected()
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 1_000, 7, selection: 0x2000_0000);
        flow.Sample(flow.Out, 1_010, 7, selection: 0x2000_0000);
        flow.Sample(flow.Out, 1_020, 1, level: 3);
        Assert.That((flow.Finish().Paired, flow.To.Expected), Is.EqualTo((1, 0)));
    }

    [TestCase(1_000, 1_001, ExpectedResult = 1UL)]
    [TestCase(5_999, 9_000, ExpectedResult = 1UL)]
    [TestCase(500, 999, ExpectedResult = 0UL)]
    [TestCase(6_001, 9_000, ExpectedResult = 0UL)]
    public ulong What_is_missing_where_the_exit_may_have_missed_it_is_unknown_not_lost(long from, long to)
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 1_000, 7);
        flow.Reach(2, 0, 0, Gap(from, to));
        flow.Finish();
        Assert.That(flow.To.Unknown + flow.To.Lost, Is.EqualTo(1));
        return flow.To.Unknown;
    }

    [Test]
    public void What_may_have_been_overwritten_at_the_exit_is_unknown()
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 1_500, 7);
        flow.Sample(flow.In, 20_000, 8);
        flow.Sample(flow.Out, 1_000, 1);
        flow.Add(flow.Out);
        flow.Sample(flow.Out, 1_510, 7);
        flow.Sample(flow.Out, 2_000, 2);
        flow.Add(flow.Out, first: 3);
        flow.Finish();
        Assert.That((flow.To.Unknown, flow.To.Lost), Is.EqualTo((1, 1)), "the first is unknown, the second lost");
    }

    [Test]
    public void Samples_that_are_read_again_change_nothing()
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 1_000, 7);
        flow.Sample(flow.Out, 1_010, 7);
        flow.Add(flow.In);
        flow.Add(flow.In);
        Assert.That((flow.Finish().Paired, flow.To.Repeated), Is.EqualTo((1, 0)));
        Assert.That(flow.Finish().Paired, Is.EqualTo(1));
    }

    [Test]
    public void Nothing_is_decided_before_the_exit_is_read_so_far()
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 1_000, 7);
        flow.Add(flow.In);
        flow.Reach(1, 60_000);
        flow.Reach(2, 10_999);
        flow.Correlator.Decide(60_000 * Ms);
        Assert.That(flow.To, Is.EqualTo(default(DelayStatistics)));
        flow.Sample(flow.Out, 1_010, 7);
        Assert.That((flow.Finish().Paired, flow.To.Lost), Is.EqualTo((1, 0)));
    }

    [Test]
    public void What_an_exit_that_is_not_read_has_is_unknown_when_patience_ends()
    {
        var flow = new CorrelationCase(new() { PatienceNs = 60_000 * Ms });
        flow.Sample(flow.In, 1_000, 7);
        flow.Add(flow.In);
        flow.Reach(1, 90_000);
        flow.Reach(2, 1_000);
        flow.Correlator.Decide(71_000 * Ms);
        Assert.That(flow.To, Is.EqualTo(new DelayStatistics { Unknown = 1 }));
        flow.Sample(flow.Out, 1_010, 7);
        Assert.That((flow.Finish().Unknown, flow.To.Paired), Is.EqualTo((1, 0)), "it comes too late");
    }

    [Test]
    public void A_flow_that_is_not_seen_going_out_yet_waits_for_all_members()
    {
        var correlator = new DelayCorrelator(new());
        var flow = correlator.Flow();
        var entry = flow.Observe(correlator.Member(1), EdgeRole.Entry, isReversed: false);
        flow.Add(entry, new SamplePackageHeader(default, 1, 1, default, default), [new(1_000 * Ms, 0, 7, 0, false)]);
        correlator.Member(1).Read(60_000 * Ms, 0);
        correlator.Member(2).Read(2_000 * Ms, 0);
        correlator.Decide(60_000 * Ms);
        var exit = flow.Observe(correlator.Member(2), EdgeRole.Exit, isReversed: false);
        flow.Add(exit, new SamplePackageHeader(default, 1, 1, default, default), [new(1_010 * Ms, 0, 7, 0, false)]);
        correlator.Member(2).Read(60_000 * Ms, 0);
        correlator.Decide(60_000 * Ms);
        Assert.That(flow.To.Paired, Is.EqualTo(1));
    }

    [Test]
    public void A_delay_below_zero_within_the_clocks_errors_is_a_delay()
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 1_000, 7);
        flow.Sample(flow.Out, 998, 7);
        Assert.That((flow.Finish(errorMs: 1).Paired, flow.To.MeanNs, flow.To.Negative), Is.EqualTo((1, -2 * Ms, 0)));
    }

    [Test]
    public void A_delay_below_zero_beyond_the_clocks_errors_is_counted_and_in_no_statistic()
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 1_000, 7);
        flow.Sample(flow.Out, 997, 7);
        Assert.That(flow.Finish(errorMs: 1), Is.EqualTo(new DelayStatistics { Negative = 1, Expected = 1 }));
    }

    [Test]
    public void What_goes_out_and_did_not_come_in_is_unpaired()
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 500, 1);
        flow.Sample(flow.Out, 510, 1);
        flow.Sample(flow.Out, 1_000, 7);
        Assert.That((flow.Finish().Unpaired, flow.To.Paired), Is.EqualTo((1, 1)));
    }

    [Test]
    public void Where_the_entry_may_have_missed_it_nothing_is_unpaired()
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.Out, 1_000, 7);
        flow.Reach(1, 0, 0, Gap(900, 901));
        Assert.That(flow.Finish(), Is.EqualTo(default(DelayStatistics)));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void Times_around_a_step_of_a_clock_are_not_compared(int member)
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 1_000, 7);
        flow.Sample(flow.Out, 1_010, 7);
        flow.Reach(member, 0, 0, Gap(900, 1_100, GapReason.ClockStep));
        Assert.That(flow.Finish(), Is.EqualTo(new DelayStatistics { Unknown = 1 }));
    }

    [Test]
    public void Nothing_is_lost_while_an_exit_is_started_anew()
    {
        var flow = new CorrelationCase();
        flow.Sample(flow.In, 1_000, 7);
        flow.Sample(flow.In, 30_000, 8);
        flow.Reach(2, 900);
        flow.Correlator.Member(2).Restarted(20_000 * Ms);
        Assert.That((flow.Finish().Unknown, flow.To.Lost), Is.EqualTo((1, 1)));
    }

    [Test]
    public void What_one_of_two_exits_may_have_missed_is_unknown()
    {
        var flow = new CorrelationCase();
        var second = flow.Flow.Observe(flow.Correlator.Member(3), EdgeRole.Exit, isReversed: false);
        flow.Sample(second, 500, 1);
        flow.Sample(flow.In, 1_000, 7);
        flow.Sample(flow.In, 20_000, 8);
        flow.Sample(flow.In, 30_000, 9);
        flow.Sample(second, 30_010, 9);
        flow.Reach(3, 1_000_000, 0, Gap(1_000, 2_000));
        Assert.That((flow.Finish().Paired, flow.To.Unknown, flow.To.Lost), Is.EqualTo((1, 1, 1)));
    }

    [Test]
    public void What_waits_is_bounded_and_what_is_not_taken_is_unknown()
    {
        var flow = new CorrelationCase(new() { MostOfDirection = 10 });
        for (var i = 0; i < 100; i++)
            flow.Sample(flow.In, 1_000 + i, (uint)i);
        Assert.That((flow.Finish().Lost, flow.To.Unknown), Is.EqualTo((10, 90)));
        Assert.That(flow.Correlator.DroppedSamples, Is.EqualTo(90));
    }

    [Test]
    public void An_exit_that_was_not_taken_makes_no_loss()
    {
        var flow = new CorrelationCase(new() { MostWaiting = 1 });
        flow.Sample(flow.In, 1_000, 7);
        flow.Sample(flow.Out, 1_010, 7);
        Assert.That(flow.Finish(), Is.EqualTo(new DelayStatistics { Unknown = 1 }));
    }

    [Test]
    public void What_is_decided_waits_no_longer_than_it_may_repeat_something()
    {
        var flow = new CorrelationCase();
        for (var i = 0; i < 100; i++)
            flow.Sample(flow.In, i * 1_000, (uint)i);
        flow.Finish();
        Assert.That(flow.Correlator.Waiting, Is.Zero);
    }
}
