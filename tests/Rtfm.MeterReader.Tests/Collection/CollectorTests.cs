using Rtfm.Control.Reading;
using Rtfm.MeterReader.Collection;
using Rtfm.Model;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Testing;

namespace Rtfm.MeterReader.Tests.Collection;

/// <summary>What a collection says to a meter that behaves.</summary>
[TestFixture]
public sealed class CollectorTests
{
    private FakeClock _clock = null!;
    private TemporaryStore _temporary = null!;

    [SetUp]
    public void Open()
    {
        _clock = new FakeClock();
        _temporary = new TemporaryStore();
    }

    [TearDown]
    public void Close() => _temporary.Dispose();

    [Test]
    public async Task READ_01_registers_with_the_name_of_the_store_and_a_timeout_longer_than_the_interval()
    {
        var meter = new SimulatedMeter(_clock);
        meter.AddReader(1, "somebody else", 2);
        await CollectAsync(meter);
        var row = meter.Reader(2);
        Assert.That(row.Owner, Does.EndWith(_temporary.Store.Id));
        Assert.That(row.RuleSet, Is.EqualTo(2));
        Assert.That(row.TimeoutSeconds, Is.EqualTo(600));
    }

    [Test]
    public async Task MIB_53_every_rule_set_that_is_read_has_a_row_of_its_own_which_is_found_again()
    {
        var meter = new SimulatedMeter(_clock);
        for (var pass = 0; pass < 3; pass++)
            await CollectAsync(meter, "built-in", "2");
        Assert.That(meter.ReaderRows, Is.EqualTo(2));
    }

    [Test]
    public async Task READ_02_the_first_pass_reads_all_and_later_ones_what_was_active_since_the_one_before()
    {
        var meter = new SimulatedMeter(_clock);
        meter.Count(2, key: 1, octets: 100);
        meter.Count(2, key: 2, octets: 100);
        Assert.That((await CollectAsync(meter)).Flows, Is.EqualTo(2));
        _clock.Advance(TimeSpan.FromSeconds(60));
        meter.Count(2, key: 2, octets: 50);
        Assert.That((await CollectAsync(meter)).Flows, Is.EqualTo(1));
        Assert.That(_temporary.Number("SELECT sum(toOctets) FROM usage"), Is.EqualTo(250));
    }

    [Test]
    public async Task READ_02_every_pass_sets_LastTime_once()
    {
        var meter = new SimulatedMeter(_clock);
        await CollectAsync(meter);
        var sets = 0;
        meter.Before = (_, kind) => sets += kind == "set" ? 1 : 0;
        await CollectAsync(meter);
        Assert.That(sets, Is.EqualTo(1));
    }

    [Test]
    public async Task READ_03_MIB_93_a_reading_stops_where_the_meter_goes_on_with_the_next_time_mark([Values] bool repeatsTimeMarks)
    {
        var meter = new SimulatedMeter(_clock) { RepeatsTimeMarks = repeatsTimeMarks };
        for (var key = 0; key < 57; key++)
            meter.Count(2, key, 100);
        _clock.Advance(TimeSpan.FromSeconds(1));
        meter.Count(2, key: 0, octets: 100);
        Assert.That((await CollectAsync(meter)).Flows, Is.EqualTo(57));
    }

    [Test]
    public async Task READ_04_a_counter_that_rolls_over_is_used_by_its_difference_modulo_2_64()
    {
        var meter = new SimulatedMeter(_clock);
        meter.Count(2, key: 1, octets: 1);
        meter.History[0].ToOctets = ulong.MaxValue / 2;
        await CollectAsync(meter);
        meter.History[0].ToOctets = ulong.MaxValue - 9;
        meter.History[0].LastActive = meter.Now;
        await CollectAsync(meter);
        meter.History[0].ToOctets = 30;
        meter.History[0].LastActive = meter.Now;
        await CollectAsync(meter);
        Assert.That(_temporary.Number("SELECT toOctets FROM usage ORDER BY collection_id DESC LIMIT 1"), Is.EqualTo(40));
    }

    [Test]
    public async Task READ_04_a_counter_that_goes_back_is_counted_and_never_makes_an_enormous_usage()
    {
        var meter = new SimulatedMeter(_clock);
        meter.Count(2, key: 1, octets: 5_000);
        await CollectAsync(meter);
        meter.History[0].ToOctets = 70;
        meter.History[0].LastActive = meter.Now;
        var result = await CollectAsync(meter);
        Assert.That(result.RuleSets[0].AbsurdCounters, Is.EqualTo(1));
        Assert.That(_temporary.Number("SELECT sum(toOctets) FROM usage"), Is.EqualTo(5_070));
    }

    [Test]
    public async Task READ_04_another_first_time_on_the_same_index_is_another_flow()
    {
        var meter = new SimulatedMeter(_clock) { InactivityTimeout = 100 };
        meter.Count(2, key: 1, octets: 100);
        await CollectAsync(meter);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await CollectAsync(meter);
        await CollectAsync(meter);
        meter.Maintain();
        Assert.That(meter.ActiveFlows, Is.Zero);
        meter.Count(2, key: 9, octets: 40);
        await CollectAsync(meter);
        Assert.That(_temporary.Number("SELECT count(*) FROM flow WHERE flow_index = 1"), Is.EqualTo(2));
        Assert.That(_temporary.Number("SELECT sum(toOctets) FROM usage"), Is.EqualTo(140));
    }

    [Test]
    public async Task READ_05_a_row_that_timed_out_is_made_again_and_the_reading_goes_on_from_the_bookmark()
    {
        var meter = new SimulatedMeter(_clock) { HasEngine = false };
        meter.Count(2, key: 1, octets: 100);
        await CollectAsync(meter);
        _clock.Advance(TimeSpan.FromHours(1));
        meter.Maintain();
        Assert.That(meter.ReaderRows, Is.Zero);
        meter.Count(2, key: 2, octets: 10);
        Assert.That((await CollectAsync(meter)).Flows, Is.EqualTo(1));
        Assert.That(meter.ReaderRows, Is.EqualTo(1));
        Assert.That(_temporary.Number("SELECT count(*) FROM epoch"), Is.EqualTo(1));
    }

    [Test]
    public async Task READ_05_a_restarted_meter_begins_a_new_epoch_and_is_read_from_the_beginning([Values] bool hasEngine)
    {
        var meter = new SimulatedMeter(_clock) { HasEngine = hasEngine };
        _clock.Advance(TimeSpan.FromSeconds(30));
        meter.Count(2, key: 1, octets: 100);
        await CollectAsync(meter);
        meter.Restart(TimeSpan.FromSeconds(20));
        // Longer than the life before: Uptime alone does not tell.
        _clock.Advance(TimeSpan.FromSeconds(90));
        meter.Count(2, key: 1, octets: 7);
        await CollectAsync(meter);
        Assert.That(_temporary.Number("SELECT count(*) FROM epoch"), Is.EqualTo(2));
        Assert.That(_temporary.Number("SELECT sum(toOctets) FROM usage"), Is.EqualTo(107));
    }

    [Test]
    public async Task READ_05_a_meter_whose_own_Uptime_goes_back_begins_a_new_epoch_whatever_its_agent_says()
    {
        var meter = new SimulatedMeter(_clock);
        _clock.Advance(TimeSpan.FromSeconds(60));
        meter.Count(2, key: 1, octets: 100);
        await CollectAsync(meter);
        // The agent that answers for the meter lives on, and with it sysUpTime, engine and rows; the meter's times begin anew.
        meter.Distort = (name, value) =>
            name.Span.StartsWith(MeterMib.Reader(MeterMib.ReaderLastTime).Span)
            || name.Span.StartsWith(MeterMib.Reader(MeterMib.ReaderPreviousTime).Span)
                ? (name, SnmpValue.TimeTicks((uint)value.Number % 5_000))
                : (name, value);
        await CollectAsync(meter);
        Assert.That(_temporary.Number("SELECT count(*) FROM epoch"), Is.EqualTo(2));
    }

    [Test]
    public async Task READ_02_others_that_begin_collections_in_our_row_are_noticed_and_their_flows_read()
    {
        var meter = new SimulatedMeter(_clock);
        await CollectAsync(meter);
        _clock.Advance(TimeSpan.FromSeconds(10));
        meter.Count(2, key: 1, octets: 100);
        _clock.Advance(TimeSpan.FromSeconds(10));
        meter.Before = (_, kind) =>
        {
            // Right before our own SET.
            if (kind != "set")
                return;
            meter.BeginCollection(1);
            _clock.Advance(TimeSpan.FromSeconds(1));
        };
        var result = await CollectAsync(meter);
        Assert.That(result.RuleSets[0].IsShared, Is.True);
        Assert.That(_temporary.Number("SELECT sum(toOctets) FROM usage"), Is.EqualTo(100));
    }

    [Test]
    public async Task READ_02_a_collection_that_begins_in_our_row_while_we_read_makes_us_give_up_and_read_again()
    {
        var meter = new SimulatedMeter(_clock);
        meter.Count(2, key: 1, octets: 100);
        var isDone = false;
        meter.After = (_, kind) =>
        {
            if (isDone || kind != "next" || meter.ReaderRows == 0 || meter.Reader(1).LastTime == 0)
                return;
            isDone = true;
            _clock.Advance(TimeSpan.FromSeconds(1));
            meter.BeginCollection(1);
        };
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(async () => await CollectAsync(meter), Throws.TypeOf<CollectionException>().With.Message.Contains("somebody else"));
        Assert.That(_temporary.Number("SELECT count(*) FROM usage"), Is.Zero);
        await CollectAsync(meter);
        Assert.That(_temporary.Number("SELECT sum(toOctets) FROM usage"), Is.EqualTo(100));
    }

    [Test]
    public async Task READ_06_two_stores_have_two_rows_and_hold_flows_for_themselves()
    {
        using var other = new TemporaryStore();
        var meter = new SimulatedMeter(_clock) { InactivityTimeout = 100 };
        meter.Count(2, key: 1, octets: 100);
        await CollectAsync(meter);
        await new Collector(TestMeters.Settings(), other.Store, _clock).CollectAsync(meter, default);
        Assert.That(meter.ReaderRows, Is.EqualTo(2));
        _clock.Advance(TimeSpan.FromSeconds(60));
        await CollectAsync(meter);
        await CollectAsync(meter);
        meter.Maintain();
        Assert.That(meter.ActiveFlows, Is.EqualTo(1));
    }

    [Test]
    public async Task Two_processes_that_collect_into_one_store_at_once_count_nothing_twice()
    {
        var meter = new SimulatedMeter(_clock);
        for (var key = 0; key < 30; key++)
            meter.Count(2, key, 100);
        var isNested = false;
        CollectionResult? inner = null;
        meter.After = (_, kind) =>
        {
            if (isNested || kind != "next" || meter.ReaderRows == 0 || meter.Reader(1).LastTime == 0)
                return;
            isNested = true;
            _clock.Advance(TimeSpan.FromSeconds(1));
            meter.Count(2, key: 5, octets: 11);
            inner = CollectAsync(meter).GetAwaiter().GetResult();
        };
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(async () => await CollectAsync(meter), Throws.TypeOf<CollectionException>());
        Assert.That(inner, Is.Not.Null);
        await CollectAsync(meter);
        Assert.That(_temporary.Number("SELECT sum(toOctets) FROM usage"), Is.EqualTo(3_011));
    }

    [Test]
    public async Task Without_rule_sets_in_the_settings_those_that_run_or_have_flows_are_read()
    {
        var meter = new SimulatedMeter(_clock);
        Assert.That((await CollectAsync(meter)).RuleSets.Select(each => each.Number), Is.EqualTo(new[] { 2 }));
        meter.Count(1, key: 1, octets: 10);
        Assert.That((await CollectAsync(meter)).RuleSets.Select(each => each.Number), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public async Task A_rule_set_that_is_not_there_does_not_keep_the_others_from_being_read()
    {
        var meter = new SimulatedMeter(_clock);
        var result = await CollectAsync(meter, "edge", "nonesuch");
        Assert.That(result.Missing, Is.EqualTo(new[] { "nonesuch" }));
        Assert.That(result.RuleSets, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_meter_that_has_packages_of_RFC_2720_only_is_asked_for_those()
    {
        var meter = new SimulatedMeter(_clock);
        var settings = TestMeters.Settings();
        settings = settings with { Attributes = [.. settings.Attributes, FlowAttribute.VlanId, FlowAttribute.ToStreams] };
        var collector = new Collector(settings, _temporary.Store, _clock);
        for (var pass = 0; pass < 2; pass++)
        {
            meter.Count(2, key: 1, 100);
            _clock.Advance(TimeSpan.FromSeconds(1));
            var result = await collector.CollectAsync(meter, default);
            Assert.That((result.Flows, result.ReadsColumns), Is.EqualTo((1, false)));
        }
        Assert.That(_temporary.Query("SELECT toOctets, vlanId, toStreams FROM flow"), Is.EqualTo(new object?[][] { [200L, null, null] }));
    }

    [Test]
    public async Task A_meter_without_packages_is_read_column_by_column_in_every_pass()
    {
        var meter = new SimulatedMeter(_clock) { HasPackages = false };
        meter.MissingColumns.Add(FlowAttribute.FlowKind);
        var collector = new Collector(TestMeters.Settings(), _temporary.Store, _clock);
        for (var key = 0; key < 25; key++)
            meter.Count(2, key, 100);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await collector.CollectAsync(meter, default)).Flows, Is.EqualTo(25));
        _clock.Advance(TimeSpan.FromSeconds(60));
        meter.Count(2, key: 24, octets: 5);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var second = await collector.CollectAsync(meter, default);
        Assert.That((second.Flows, second.ReadsColumns), Is.EqualTo((1, true)));
        // And by a process that has not seen it before, with a bookmark.
        _clock.Advance(TimeSpan.FromSeconds(1));
        meter.Count(2, key: 23, octets: 5);
        Assert.That((await CollectAsync(meter)).Flows, Is.EqualTo(1));
        Assert.That(_temporary.Number("SELECT sum(toOctets) FROM usage"), Is.EqualTo(2_510));
        Assert.That(_temporary.Number("SELECT count(*) FROM flow WHERE sourcePeerAddress = '10.0.0.24' AND flowKind IS NULL"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_meter_with_packages_and_nothing_new_is_not_taken_for_one_without()
    {
        var meter = new SimulatedMeter(_clock);
        meter.Count(2, key: 1, octets: 100);
        await CollectAsync(meter);
        _clock.Advance(TimeSpan.FromSeconds(60));
        var result = await CollectAsync(meter);
        Assert.That((result.Flows, result.ReadsColumns), Is.EqualTo((0, false)));
    }

    [Test]
    public async Task A_meter_that_gives_no_answer_is_a_failure_that_the_next_pass_makes_good()
    {
        var meter = new SimulatedMeter(_clock);
        meter.Count(2, key: 1, octets: 100);
        meter.Before = (_, _) => throw new SnmpTimeoutException("no answer");
        Assert.That(async () => await CollectAsync(meter), Throws.TypeOf<SnmpTimeoutException>());
        meter.Before = null;
        await CollectAsync(meter);
        Assert.That(_temporary.Number("SELECT sum(toOctets) FROM usage"), Is.EqualTo(100));
    }

    [Test]
    public void A_collection_that_is_told_to_stop_leaves_nothing_half_done()
    {
        var meter = new SimulatedMeter(_clock);
        meter.Count(2, key: 1, octets: 100);
        using var stop = new CancellationTokenSource();
        var sets = 0;
        meter.After = (_, kind) =>
        {
            if (kind == "set" && ++sets == 2)
                stop.Cancel();
        };
        var collector = new Collector(TestMeters.Settings(), _temporary.Store, _clock);
        Assert.That(async () => await collector.CollectAsync(meter, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_temporary.Number("SELECT count(*) FROM collection"), Is.Zero);
    }

    private Task<CollectionResult> CollectAsync(SimulatedMeter meter, params string[] ruleSets)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        return new Collector(TestMeters.Settings("simulated", ruleSets), _temporary.Store, _clock).CollectAsync(meter, default);
    }
}
