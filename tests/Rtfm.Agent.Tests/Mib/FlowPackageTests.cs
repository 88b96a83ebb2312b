using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Mib;

/// <summary>Section F.4 of the conformance checklist: data packages and time marks, octet for octet.</summary>
[TestFixture]
public sealed class FlowPackageTests
{
    private const string Package = "1.3.6.1.2.1.40.2.3.1.5";
    private const string Extended = "1.3.6.1.4.1.8072.9999.9999.2722.2.1.7.1.5";
    private const string Data = "1.3.6.1.2.1.40.2.1.1";
    private const string FirstRule = "1.3.6.1.2.1.40.3.1.1.3.1.1";
    internal const string FiveTuple =
        "1 SPT/8=1 PushRuleTo 3; 2 - Ignore; 3 DPT/8=1 PushRuleToAct 4; 4 SPA/32=0 PushPktToAct 5; 5 DPA/32=0 PushPktToAct 6; 6 STT/8=0 PushPktToAct 7; 7 DTT/8=0 PushPktToAct 8; 8 STA/16=0 PushPktToAct 9; 9 DTA/16=0 CountPkt";

    private MeterHarness _meter = null!;

    /// <summary>Rule set 2 with flows 3 (last active 500), 5 (300) and 7 (501); rule set 4 with flow 257 (450); Uptime 600.</summary>
    [SetUp]
    public void MakeFlows()
    {
        _meter = new MeterHarness();
        _meter.Run(2, FiveTuple);
        // Flows 1, 2, 4 and 6 only keep their places until they are recovered.
        _meter.Now = 10;
        _meter.Send("A:1>B:1 1", "A:2>B:2 1", "A:4000>B:53 udp 1", "A:4>B:4 1");
        _meter.Now = 100;
        _meter.Send("A:1025>B:80 60", "A:6>B:6 1", "A:7>B:7 1");
        _meter.Now = 300;
        _meter.Send("A:1025>B:80 40", "B:80>A:1025 1500", "A:4000>B:53 udp 1", "A:7>B:7 1");
        _meter.Meter.Flows.Find(2)!.Recover(new(300), 200, null, 1_000);
        _meter.Now = 400;
        _meter.Send("A:4000>B:53 udp 1", "A:7>B:7 1");
        _meter.Now = 450;
        _meter.Load(4, "1 - GotoAct 2; 2 SPT/8=0 CountPkt");
        _meter.Good(MeterHarness.Set("1.3.6.1.2.1.40.1.4.1.8.4", 4), MeterHarness.Set("1.3.6.1.2.1.40.1.4.1.2.4", 4));
        _meter.Send("A:4000>B:53 udp 1");
        _meter.Good(MeterHarness.Set("1.3.6.1.2.1.40.1.4.1.8.4", 6));
        _meter.Now = 500;
        _meter.Send("A:4000>B:53 udp 1");
        _meter.Now = 501;
        _meter.Send("A:7>B:7 1");
        _meter.Now = 600;
    }

    [TearDown]
    public void Stop() => _meter.Dispose();

    [Test]
    public void TC_80_counters_are_Counter64_of_minimal_length() =>
        Assert.That(Octets($"{Package}.4.27.28.29.30.2.0.5"), Is.EqualTo(Hex.Bytes("30 0D 46 01 64 46 01 02 46 02 05 DC 46 01 01")));

    [Test]
    public void TC_81_times_are_TimeTicks() => Assert.That(Octets($"{Package}.2.31.32.2.0.5"), Is.EqualTo(Hex.Bytes("30 07 43 01 64 43 02 01 2C")));

    [Test]
    public void TC_82_index_status_time_mark_and_rule_set_can_be_asked_for() =>
        Assert.That(Octets($"{Package}.4.1.2.3.26.2.0.5"), Is.EqualTo(Hex.Bytes("30 0D 02 01 05 02 01 02 43 02 01 2C 02 01 02")));

    [Test]
    public void TC_83_addresses_come_with_their_masks() =>
        Assert.That(
            Octets($"{Package}.5.8.9.10.19.20.2.0.5"),
            Is.EqualTo(Hex.Bytes("30 1B 02 01 01 04 04 0A 00 00 01 04 04 FF FF FF FF 04 04 0A 00 00 02 04 04 FF FF FF FF"))
        );

    [Test]
    public void TC_84_what_was_never_pushed_reads_as_zeros_of_the_right_length()
    {
        using var meter = new MeterHarness(runsBuiltIn: true);
        meter.Send("A>B 60");
        Assert.That(
            meter.Snmp.Get($"{Package}.6.8.9.10.11.12.13.1.0.1").Value.Octets.ToArray(),
            Is.EqualTo(Hex.Bytes("30 1A 02 01 01 04 04 00 00 00 00 04 04 00 00 00 00 02 01 00 04 02 00 00 04 02 00 00"))
        );
    }

    [Test]
    public void TC_78_79_the_RFCs_own_example_octet_for_octet()
    {
        using var meter = new MeterHarness();
        meter.Run(7, FiveTuple);
        meter.Now = 12_000;
        for (var i = 1; i < 3_447; i++)
            meter.Send($"10.1.{i / 256}.{i % 256}:9>B:9 1");
        meter.Send("A:9>B:9 1");
        for (var i = 3_448; i < 3_450; i++)
            meter.Send($"10.1.{i / 256}.{i % 256}:9>B:9 1");
        meter.Now = 13_000;
        meter.Send("A:9>B:9 udp 1", "B:9>A:9 udp 200", "B:9>A:9 1234567");
        meter.Now = 20_000;
        meter.Send("A:9>B:9 1");

        Assert.That(
            meter.Snmp.Get($"{Package}.3.11.18.29.7.0.3447").Value.Octets.ToArray(),
            Is.EqualTo(Hex.Bytes("30 0B 02 01 06 02 01 01 46 03 12 D6 87"))
        );
        var next = meter.Snmp.GetNext($"{Package}.3.11.18.29.7.12345.3447");
        Assert.That(next.Name.ToString(), Is.EqualTo($"{Package}.3.11.18.29.7.12345.3450"));
        Assert.That(next.Value.Octets.ToArray(), Is.EqualTo(Hex.Bytes("30 0A 02 01 11 02 01 01 46 02 00 C8")));
    }

    [Test]
    public void TC_87_GETBULK_goes_on_to_the_next_rule_set_and_then_leaves_the_table() =>
        Assert.That(
            _meter.Snmp.GetBulk($"{Package}.1.32.2.300.0", 5).Select(each => each.Name.ToString()),
            Is.EqualTo(
                new[] { $"{Package}.1.32.2.300.3", $"{Package}.1.32.2.300.5", $"{Package}.1.32.2.300.7", $"{Package}.1.32.4.0.257", FirstRule }
            )
        );

    [TestCase("2.300.5", false)]
    [TestCase("2.301.5", true)]
    [TestCase("2.0.6", true)]
    public void TC_88_a_row_is_there_at_every_time_mark_up_to_its_last_activity(string index, bool isMissing) =>
        Assert.That(_meter.Snmp.Get($"{Package}.1.32.{index}").Value.Tag == BerTag.NoSuchInstance, Is.EqualTo(isMissing));

    [TestCase("1.32.2.500.7", Package + ".1.32.4.0.257")]
    [TestCase("1.32.2.500.3", Package + ".1.32.2.500.7")]
    [TestCase("1.32.4.450.257", FirstRule)]
    [TestCase("1.32", Package + ".1.32.2.0.3")]
    [TestCase("1.42.2.0.0", FirstRule)]
    public void TC_89_90_GETNEXT_passes_the_table_over_once(string after, string expected) =>
        Assert.That(_meter.Snmp.GetNext($"{Package}.{after}").Name.ToString(), Is.EqualTo(expected));

    [Test]
    public void TC_90_a_walk_that_names_no_selector_passes_the_table_over() =>
        Assert.That(_meter.Snmp.GetNext(Package).Name.ToString(), Is.EqualTo(FirstRule));

    [TestCase("1.42.2.0.3")]
    [TestCase("1.32.5.0.3")]
    public void TC_91_a_bad_selector_or_rule_set_has_no_instances(string index) =>
        Assert.That(_meter.Snmp.Get($"{Package}.{index}").Value.Tag, Is.EqualTo(BerTag.NoSuchInstance));

    [Test]
    public void TC_92_flowDataTable_goes_through_rule_sets_then_columns()
    {
        var names = new List<string>();
        var name = $"{Data}.27.2.499";
        for (var i = 0; i < 4; i++)
            names.Add(name = _meter.Snmp.GetNext(name).Name.ToString());
        Assert.That(names, Is.EqualTo(new[] { $"{Data}.27.2.499.3", $"{Data}.27.2.499.7", $"{Data}.27.4.0.257", $"{Data}.28.2.0.3" }));
    }

    [Test]
    public void TC_93_column_3_is_the_status_and_column_2_is_no_object()
    {
        Assert.That(_meter.Snmp.Get($"{Data}.3.2.0.5").Value.Signed, Is.EqualTo(2));
        Assert.That(_meter.Snmp.Get($"{Data}.2.2.0.5").Value.Tag, Is.EqualTo(BerTag.NoSuchObject));
    }

    [Test]
    public void MIB_92_a_walk_ends_and_its_names_only_grow()
    {
        var names = _meter.Snmp.Walk().Select(each => each.Name).ToList();
        Assert.That(names, Is.Ordered);
        Assert.That(names.Distinct().Count(), Is.EqualTo(names.Count));
        Assert.That(names.Count(name => name.ToString().StartsWith($"{Data}.27.", StringComparison.Ordinal)), Is.EqualTo(4));
    }

    [Test]
    public void MIB_05_SNMPv1_never_sees_a_Counter64() =>
        Assert.That(_meter.Snmp.Walk(SnmpVersion.V1).Where(each => each.Value.Tag == BerTag.Counter64), Is.Empty);

    [Test]
    public void MIB_112_column_activity_packs_index_and_value_of_every_flow() =>
        Assert.That(
            _meter.Snmp.Get("1.3.6.1.2.1.40.2.2.1.4.12.0.3").Value.Octets.ToArray(),
            Is.EqualTo(Hex.Bytes("0003 02 0FA0 0005 02 0401 0007 02 0007 0101 00 0000"))
        );

    [Test]
    public void An_attribute_beyond_255_is_in_the_extended_table_only()
    {
        Assert.That(Octets($"{Extended}.2.1050.28.2.0.5"), Is.EqualTo(Hex.Bytes("30 06 02 01 00 46 01 02")));
        Assert.That(_meter.Snmp.Get($"{Package}.2.1050.28.2.0.5").Value.Tag, Is.EqualTo(BerTag.NoSuchInstance));
    }

    [Test]
    public void The_extended_table_answers_like_the_standard_one()
    {
        Assert.That(Octets($"{Extended}.4.27.28.29.30.2.0.5"), Is.EqualTo(Octets($"{Package}.4.27.28.29.30.2.0.5")));
        Assert.That(_meter.Snmp.GetNext($"{Extended}.1.1025.2.300.5").Name.ToString(), Is.EqualTo($"{Extended}.1.1025.2.300.7"));
        Assert.That(_meter.Snmp.GetNext(Extended).Name.ToString(), Does.Not.StartWith(Extended));
    }

    [TestCase("1.1023.2.0.5")]
    [TestCase("1.4294967295.2.0.5")]
    [TestCase("0.2.0.5")]
    public void A_selector_that_names_no_attribute_has_no_instances_in_the_extended_table(string index) =>
        Assert.That(_meter.Snmp.Get($"{Extended}.{index}").Value.Tag, Is.EqualTo(BerTag.NoSuchInstance));

    [Test]
    public void NEW_01_a_rule_set_with_private_attributes_and_distributions_can_be_loaded_over_SNMP()
    {
        using var meter = new MeterHarness();
        meter.Load(2, "1 - GotoAct 2; 2 1025/16=0 PushPktToAct 3; 3 66&1.0.0.10.0.50=5.0.0.0.0.0 PushPktToAct 4; 4 SPT/8=0 CountPkt");
        meter.Good(MeterHarness.Set("1.3.6.1.2.1.40.1.4.1.8.2", 4), MeterHarness.Set("1.3.6.1.2.1.40.1.4.1.2.2", 2));
        meter.Send("A:1>B:2 11");

        Assert.That(
            meter.Snmp.Get($"{Package}.1.66.2.0.1").Value.Octets.ToArray(),
            Is.EqualTo(
                Hex.Bytes("30 26 04 24 30 22 04 06 01 00 00 0A 00 32 04 06 05 00 00 00 00 00 46 01 00 46 01 01 46 01 00 46 01 00 46 01 00 46 01 00")
            )
        );
    }

    private byte[] Octets(string name) => _meter.Snmp.Get(name).Value.Octets.ToArray();
}
