using Rtfm.Agent.Tests.Mib;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Agent.Tests.Metering;

/// <summary>Sections F.1 to F.3 of the conformance checklist where they need tasks, readers and the clock.</summary>
[TestFixture]
public sealed class TrafficMeterTests
{
    private const string PeerTypes = "1 - GotoAct 2; 2 SPT/8=0 PushPktToAct 3; 3 DPT/8=0 CountPkt";
    private const string OneHost = "1 SPA/32=10.0.0.1 Count; 2 - NoMatch";
    private const string Sources = "1 - GotoAct 2; 2 SPA/32=0 CountPkt";
    private const string FlowRecords2 = "1.3.6.1.2.1.40.1.1.1.8.2";
    private const string ActiveFlows = "1.3.6.1.2.1.40.1.7.0";
    private const string FloodMode = "1.3.6.1.2.1.40.1.9.0";
    private const string Reader = "1.3.6.1.2.1.40.1.3.1";
    private const string Tasks = "1.3.6.1.2.1.40.1.4.1";

    [Test]
    public void TC_26_two_rule_sets_each_make_their_flow()
    {
        using var meter = new MeterHarness();
        meter.Run(2, PeerTypes);
        meter.Run(3, OneHost);
        meter.Send("A>B 60");
        Assert.That(meter.Number(FlowRecords2), Is.EqualTo(1));
        Assert.That(meter.Number("1.3.6.1.2.1.40.1.1.1.8.3"), Is.EqualTo(1));
        Assert.That(meter.Number(ActiveFlows), Is.EqualTo(2));
    }

    [Test]
    public void TC_27_a_rule_set_named_by_two_tasks_counts_a_packet_once()
    {
        using var meter = new MeterHarness();
        meter.Run(2, PeerTypes);
        meter.Good(MeterHarness.Set($"{Tasks}.8.5", 4), MeterHarness.Set($"{Tasks}.2.5", 2));
        meter.Send("A>B 60");
        Assert.That(meter.Snmp.Get("1.3.6.1.2.1.40.2.1.1.28.2.0.1").Value.Number, Is.EqualTo(1));
    }

    [Test]
    public void TC_22_a_looping_rule_set_leaves_the_others_alone()
    {
        using var meter = new MeterHarness();
        meter.Run(2, "1 - Goto 1");
        meter.Run(3, PeerTypes);
        meter.Send("A>B 60");
        Assert.That(meter.Number(FlowRecords2), Is.Zero);
        Assert.That(meter.Number("1.3.6.1.2.1.40.1.1.1.8.3"), Is.EqualTo(1));
    }

    [Test]
    public void TC_48_a_destroyed_rule_set_takes_its_flows_with_it()
    {
        using var meter = new MeterHarness();
        meter.Run(2, Sources);
        meter.Send("A>B 60", "B>A 60");
        meter.Good(MeterHarness.Set($"{Tasks}.2.2", 0));
        Assert.That(meter.Number(ActiveFlows), Is.EqualTo(2), "stopping keeps the flows");
        meter.Good(MeterHarness.Set("1.3.6.1.2.1.40.1.1.1.5.2", 6));
        Assert.That(meter.Number(ActiveFlows), Is.Zero);
    }

    [Test]
    public void TC_54_a_reader_sees_when_its_last_two_collections_began()
    {
        using var meter = new MeterHarness();
        Register(meter, 1, timeout: 300);
        meter.Now = 7_777;
        BeginCollection(meter, 1);
        Assert.That(Times(meter, 1), Is.EqualTo((7_777, 0)));
        meter.Now = 9_000;
        BeginCollection(meter, 1);
        Assert.That(Times(meter, 1), Is.EqualTo((9_000, 7_777)));
    }

    [Test]
    public void TC_56_a_reader_that_stops_collecting_is_forgotten_unless_its_timeout_is_zero()
    {
        using var meter = new MeterHarness();
        Register(meter, 1, timeout: 300);
        Register(meter, 2, timeout: 0);
        meter.Now = 30_101;
        meter.Meter.Maintain();
        Assert.That(meter.Snmp.Get($"{Reader}.6.1").Value.Tag, Is.EqualTo(BerTag.NoSuchInstance));
        Assert.That(meter.Number($"{Reader}.6.2"), Is.EqualTo(1));
    }

    [Test]
    public void TC_67_a_row_that_nobody_finishes_is_removed_after_about_five_minutes()
    {
        using var meter = new MeterHarness();
        meter.Good(MeterHarness.Set("1.3.6.1.2.1.40.1.1.1.5.3", 5));
        meter.Now = 29_000;
        meter.Meter.Maintain();
        Assert.That(meter.Number("1.3.6.1.2.1.40.1.1.1.5.3"), Is.EqualTo(3));
        meter.Now = 30_100;
        meter.Meter.Maintain();
        Assert.That(meter.Snmp.Get("1.3.6.1.2.1.40.1.1.1.5.3").Value.Tag, Is.EqualTo(BerTag.NoSuchInstance));
    }

    [Test]
    public void TC_69_an_idle_flow_is_kept_until_every_reader_has_read_it()
    {
        using var meter = new MeterHarness();
        meter.Run(2, Sources);
        Register(meter, 1, timeout: 0);
        meter.Now = 90_000;
        meter.Send("A>B 60");
        meter.Now = 100_000;
        BeginCollection(meter, 1);
        meter.Now = 160_000;
        meter.Meter.Maintain();
        Assert.That(meter.Number(FlowRecords2), Is.EqualTo(1), "not read yet");
        BeginCollection(meter, 1);
        meter.Meter.Maintain();
        Assert.That(meter.Number(FlowRecords2), Is.Zero);
    }

    [Test]
    public void TC_70_a_flow_active_at_the_very_time_of_a_collection_is_kept()
    {
        using var meter = new MeterHarness();
        meter.Run(2, Sources);
        Register(meter, 1, timeout: 0);
        meter.Now = 100_000;
        meter.Send("A>B 60");
        BeginCollection(meter, 1);
        meter.Now = 160_000;
        BeginCollection(meter, 1);
        meter.Meter.Maintain();
        Assert.That(meter.Number(FlowRecords2), Is.EqualTo(1));
    }

    [Test]
    public void TC_71_without_readers_idle_is_enough()
    {
        using var meter = new MeterHarness();
        meter.Run(2, Sources);
        meter.Now = 100;
        meter.Send("A>B 60");
        meter.Now = 60_099;
        meter.Meter.Maintain();
        Assert.That(meter.Number(FlowRecords2), Is.EqualTo(1));
        meter.Now = 60_100;
        meter.Meter.Maintain();
        Assert.That(meter.Number(FlowRecords2), Is.Zero);
    }

    [Test]
    public void TC_72_the_slowest_reader_holds_until_it_times_out()
    {
        using var meter = new MeterHarness();
        meter.Run(2, Sources);
        Register(meter, 1, timeout: 0);
        Register(meter, 2, timeout: 900);
        meter.Now = 80_000;
        BeginCollection(meter, 2);
        meter.Now = 85_000;
        BeginCollection(meter, 2);
        meter.Now = 90_000;
        meter.Send("A>B 60");
        meter.Now = 100_000;
        BeginCollection(meter, 1);
        meter.Now = 160_000;
        BeginCollection(meter, 1);
        meter.Meter.Maintain();
        Assert.That(meter.Number(FlowRecords2), Is.EqualTo(1));
        meter.Now = 85_000 + 90_001;
        meter.Meter.Maintain();
        Assert.That(meter.Number(FlowRecords2), Is.Zero);
    }

    [Test]
    public void TC_73_74_a_packet_revives_an_idle_flow_but_not_a_recovered_one()
    {
        using var meter = new MeterHarness();
        meter.Run(2, Sources);
        meter.Now = 100;
        meter.Send("A>B 60");
        meter.Now = 70_000;
        meter.Send("A>B 60");
        Assert.That(meter.Snmp.Get("1.3.6.1.2.1.40.2.1.1.31.2.0.1").Value.Number, Is.EqualTo(100));
        Assert.That(meter.Snmp.Get("1.3.6.1.2.1.40.2.1.1.28.2.0.1").Value.Number, Is.EqualTo(2));
        meter.Now = 140_000;
        meter.Meter.Maintain();
        meter.Send("A>B 60");
        var index = meter.Snmp.GetNext("1.3.6.1.2.1.40.2.1.1.31.2").Name.Span[^1];
        Assert.That(meter.Snmp.Get($"1.3.6.1.2.1.40.2.1.1.31.2.0.{index}").Value.Number, Is.EqualTo(140_000));
        Assert.That(meter.Snmp.Get($"1.3.6.1.2.1.40.2.1.1.28.2.0.{index}").Value.Number, Is.EqualTo(1));
    }

    [TestCase(1)]
    [TestCase(4)]
    public void TC_75_a_table_above_the_high_water_mark_switches_to_the_standby_rule_set(int threads)
    {
        using var meter = new MeterHarness(maxFlows: 100, threads: threads);
        meter.Load(3, PeerTypes);
        meter.Run(2, Sources, standby: 3, highWaterMark: 50);
        for (var i = 1; i <= 50; i++)
            meter.Send($"10.1.0.{i}>B 1");
        Assert.That(meter.Number($"{Tasks}.9.2"), Is.EqualTo(2));
        meter.Send("10.1.0.51>B 1");
        Assert.That(meter.Number($"{Tasks}.9.2"), Is.EqualTo(1));
        meter.Send("10.1.0.52>B 1");
        Assert.That(meter.Number(FlowRecords2), Is.EqualTo(51), "the flows of the stopped set stay");
        Assert.That(meter.Number("1.3.6.1.2.1.40.1.1.1.8.3"), Is.EqualTo(1));

        meter.Now = 60_001;
        meter.Meter.Maintain();
        meter.Good(MeterHarness.Set($"{Tasks}.9.2", 2));
        meter.Send("10.1.0.53>B 1");
        Assert.That(meter.Number($"{Tasks}.9.2"), Is.EqualTo(2));
        Assert.That(meter.Number(FlowRecords2), Is.EqualTo(1));
    }

    [TestCase(0)]
    [TestCase(100)]
    public void TC_76_a_high_water_mark_of_0_or_100_never_switches(int mark)
    {
        using var meter = new MeterHarness(maxFlows: 10);
        meter.Good(MeterHarness.Set("1.3.6.1.2.1.40.1.5.0", 0));
        meter.Run(2, Sources, highWaterMark: mark);
        for (var i = 1; i <= 20; i++)
            meter.Send($"10.1.0.{i}>B 1");
        Assert.That(meter.Number(ActiveFlows), Is.EqualTo(10));
        Assert.That(meter.Number($"{Tasks}.9.2"), Is.EqualTo(2));
    }

    [TestCase(1)]
    [TestCase(4)]
    public void TC_77_above_the_flood_mark_no_flow_is_made_until_a_manager_resumes(int threads)
    {
        using var meter = new MeterHarness(maxFlows: 100, threads: threads);
        meter.Run(2, Sources);
        for (var i = 1; i <= 95; i++)
            meter.Send($"10.1.0.{i}>B 1");
        Assert.That(meter.Number(FloodMode), Is.EqualTo(2));
        meter.Send("10.1.0.96>B 1");
        Assert.That(meter.Number(FloodMode), Is.EqualTo(1));
        meter.Send("10.1.0.97>B 1", "10.1.0.1>B 1");
        Assert.That(meter.Number(ActiveFlows), Is.EqualTo(96));
        Assert.That(meter.Snmp.Get("1.3.6.1.2.1.40.2.1.1.28.2.0.1").Value.Number, Is.EqualTo(2), "existing flows go on counting");

        meter.Now = 60_001;
        meter.Meter.Maintain();
        meter.Good(MeterHarness.Set(FloodMode, 2));
        meter.Send("10.1.0.97>B 1");
        Assert.That(meter.Number(ActiveFlows), Is.EqualTo(1));
    }

    private static void Register(MeterHarness meter, int index, int timeout) =>
        meter.Good(
            MeterHarness.Set($"{Reader}.6.{index}", 4),
            MeterHarness.Set($"{Reader}.7.{index}", 2),
            MeterHarness.Set($"{Reader}.2.{index}", timeout)
        );

    private static void BeginCollection(MeterHarness meter, int index) =>
        meter.Good(new VarBind(ObjectIdentifier.Parse($"{Reader}.4.{index}"), SnmpValue.TimeTicks(5)));

    private static (long Last, long Previous) Times(MeterHarness meter, int index) =>
        (meter.Number($"{Reader}.4.{index}"), meter.Number($"{Reader}.5.{index}"));
}
