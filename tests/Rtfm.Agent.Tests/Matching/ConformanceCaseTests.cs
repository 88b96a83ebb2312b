using Rtfm.Model;

namespace Rtfm.Agent.Tests.Matching;

/// <summary>Section F.1 of the conformance checklist: rule sets, packets, and the flows that must come of them.</summary>
[TestFixture]
public sealed class ConformanceCaseTests
{
    private static readonly FlowAttribute[] All =
    [
        FlowAttribute.SourcePeerType,
        FlowAttribute.DestPeerType,
        FlowAttribute.SourcePeerAddress,
        FlowAttribute.DestPeerAddress,
        FlowAttribute.SourceTransType,
        FlowAttribute.DestTransType,
        FlowAttribute.SourceTransAddress,
        FlowAttribute.DestTransAddress,
        FlowAttribute.FlowClass,
        FlowAttribute.FlowKind,
    ];

    private const string PeerTypes = "1 - GotoAct 2; 2 SPT/8=0 PushPktToAct 3; 3 DPT/8=0 CountPkt";

    [Test]
    public void TC_01_a_5_tuple_rule_set_keeps_both_directions_in_one_flow() =>
        Check(
            "1 SPT/8=1 PushRuleTo 3; 2 - Ignore; 3 DPT/8=1 PushRuleToAct 4; 4 SPA/32=0 PushPktToAct 5; 5 DPA/32=0 PushPktToAct 6; 6 STT/8=0 PushPktToAct 7; 7 DTT/8=0 PushPktToAct 8; 8 STA/16=0 PushPktToAct 9; 9 DTA/16=0 CountPkt",
            ["A:1025>B:80 tcp 60", "B:80>A:1025 tcp 1500", "A:1025>B:80 tcp 40", "2001:db8::1>2001:db8::2 99"],
            "SPT1 DPT1 SPA 10.0.0.1/32 DPA 10.0.0.2/32 STT6 DTT6 STA 1025/16 DTA 80/16 to=2/100 from=1/1500"
        );

    private const string Networks =
        "1 DPA/16=130.216 GotoAct 3; 2 - Goto 4; 3 - NoMatch; 4 SPA/16=130.216 GotoAct 6; 5 - GotoAct 8; 6 SPA/24=0 PushPktToAct 7; 7 - Count; 8 - Ignore";

    [Test]
    public void TC_02_subnets_of_one_network() =>
        Check(
            Networks,
            ["130.216.4.5>10.0.0.1 60", "10.0.0.1>130.216.4.5 1500", "130.216.4.77>192.0.2.1 70", "130.216.4.9>130.216.9.9 1", "A>B 1"],
            "SPA 130.216.4.0/24 to=2/130 from=1/1500"
        );

    [Test]
    public void TC_03_a_key_that_is_its_own_reverse_counts_forward_only() =>
        Check(PeerTypes, ["A>B 60", "B>A 70", "2001:db8::1>2001:db8::2 99"], "SPT1 DPT1 to=2/130 from=0/0", "SPT2 DPT2 to=1/99 from=0/0");

    [Test]
    public void TC_04_one_side_only_is_never_reversed() =>
        Check(
            "1 - GotoAct 2; 2 SPA/32=0 CountPkt",
            ["A>B 60", "B>A 70", "A>C 80", "C>A 80"],
            "SPA 10.0.0.1/32 to=2/140 from=0/0",
            "SPA 10.0.0.2/32 to=1/70 from=0/0",
            "SPA 10.0.0.3/32 to=1/80 from=0/0"
        );

    [Test]
    public void TC_05_the_second_attempt_counts_in_reverse() =>
        Check("1 SPA/32=10.0.0.1 Count; 2 - NoMatch", ["A>B 60", "B>A 70", "C>A 80", "C>B 80"], "SPA 10.0.0.1/32 to=1/60 from=2/150");

    [Test]
    public void TC_06_traffic_within_a_network_by_subnets() =>
        Check(
            "1 SPA/16=130.216 Goto 3; 2 - NoMatch; 3 DPA/16=130.216 GotoAct 5; 4 - NoMatch; 5 SPA/24=0 PushPktToAct 6; 6 DPA/24=0 CountPkt",
            ["130.216.2.5>130.216.3.6 100", "130.216.3.77>130.216.2.88 200", "130.216.3.1>130.216.3.2 50", "130.216.3.2>130.216.3.1 60"],
            "SPA 130.216.2.0/24 DPA 130.216.3.0/24 to=1/100 from=1/200",
            "SPA 130.216.3.0/24 DPA 130.216.3.0/24 to=2/110 from=0/0"
        );

    [Test]
    public void TC_07_an_ignored_packet_gets_no_second_attempt() =>
        Check(
            "1 SPA/8=11 Ignore; 2 SPA/8=10 Goto 4; 3 - NoMatch; 4 DPA/8=11 PushRuleToAct 6; 5 - NoMatch; 6 SPA/8=10 Count",
            ["10.1.1.1>11.1.1.1 60", "11.1.1.1>10.1.1.1 70"],
            "SPA 10.0.0.0/8 DPA 11.0.0.0/8 to=1/60 from=0/0"
        );

    [Test]
    public void TC_08_direction_can_be_tested_and_a_later_push_replaces_an_earlier_one() =>
        Check(
            "1 SPA/24=192.168.1 PushRuleToAct 5; 2 MatchingStoD/8=1 NoMatch; 3 - GotoAct 4; 4 FK/8=85 PushRuleToAct 6; 5 FK/8=78 PushRuleToAct 6; 6 SPA/32=0 PushPktToAct 7; 7 DPA/32=0 CountPkt",
            ["192.168.1.9>8.8.8.8 70", "8.8.8.8>192.168.1.9 170", "1.1.1.1>9.9.9.9 80", "9.9.9.9>1.1.1.1 90"],
            "SPA 192.168.1.9/32 DPA 8.8.8.8/32 FK78 to=1/70 from=1/170",
            "SPA 9.9.9.9/32 DPA 1.1.1.1/32 FK85 to=0/0 from=1/80",
            "SPA 1.1.1.1/32 DPA 9.9.9.9/32 FK85 to=0/0 from=1/90"
        );

    [Test]
    public void TC_09_a_subroutine_with_a_variable_classifies_both_sides() =>
        Check(
            "1 SPT/8=1 PushRuleTo 3; 2 - Ignore; 3 v1/0=9 AssignAct 4; 4 - Gosub 19; 5 - GotoAct 8; 6 - GotoAct 13; 7 - NoMatch; 8 v1/0=19 AssignAct 9; 9 - Gosub 19; 10 - Ignore; 11 - GotoAct 18; 12 - GotoAct 18; 13 v1/0=19 AssignAct 14; 14 - Gosub 19; 15 - NoMatch; 16 - Ignore; 17 - GotoAct 18; 18 - Count; 19 v1/16=130.216 GotoAct 22; 20 v1/16=156.62 GotoAct 24; 21 - Return 3; 22 v1/16=0 PushPktToAct 23; 23 - Return 1; 24 v1/16=0 PushPktToAct 25; 25 - Return 2",
            [
                "130.216.1.1>156.62.2.2 100",
                "156.62.2.2>130.216.1.1 200",
                "130.216.1.1>130.216.1.2 1",
                "8.8.8.8>130.216.3.3 60",
                "156.62.9.9>1.2.3.4 70",
                "8.8.8.8>9.9.9.9 1",
            ],
            "SPT1 SPA 130.216.0.0/16 DPA 156.62.0.0/16 to=1/100 from=1/200",
            "SPT1 SPA 130.216.0.0/16 to=0/0 from=1/60",
            "SPT1 SPA 156.62.0.0/16 to=1/70 from=0/0"
        );

    [Test]
    public void TC_10_ports_below_1024_by_mask() =>
        Check(
            "1 STA & FC-00 = 0 GotoAct 5; 2 DTA & FC-00 = 0 NoMatch; 3 - GotoAct 4; 4 DTA/16=0 PushPktToAct 5; 5 SPT/8=0 PushPktToAct 6; 6 DPT/8=0 PushPktToAct 7; 7 SPA/24=0 PushPktToAct 8; 8 DPA/24=0 PushPktToAct 9; 9 STT/8=0 PushPktToAct 10; 10 DTT/8=0 PushPktToAct 11; 11 STA/16=0 CountPkt",
            [
                "10.1.1.1:40000>10.2.2.2:443 tcp 60",
                "10.2.2.2:443>10.1.1.1:40000 tcp 1500",
                "10.1.1.9:50000>10.2.2.2:443 tcp 60",
                "10.1.1.1:5000>10.2.2.2:6000 udp 70",
                "10.2.2.2:6000>10.1.1.1:5000 udp 71",
            ],
            "SPT1 DPT1 SPA 10.2.2.0/24 DPA 10.1.1.0/24 STT6 DTT6 STA 443/16 to=1/1500 from=2/120",
            "SPT1 DPT1 SPA 10.1.1.0/24 DPA 10.2.2.0/24 STT17 DTT17 STA 5000/16 DTA 6000/16 to=1/70 from=1/71"
        );

    [Test]
    public void TC_11_Goto_tests_its_target_and_GotoAct_does_not() =>
        Check(
            "1 STT/8=17 Goto 4; 2 STT/8=6 GotoAct 4; 3 - Ignore; 4 DTA/16=53 Count; 5 FK/8=9 Count",
            ["A:9>B:53 udp 60", "A:9>B:54 tcp 60", "A:9>B:54 udp 60"],
            "DTA 53/16 to=2/120 from=0/0"
        );

    [Test]
    public void TC_12_running_past_the_last_rule_is_NoMatch() =>
        Check("1 DTA & FF-00 = 0 Count", ["A:9>B:80 60", "A:9>B:443 60", "A:443>B:445 60"], "DTA 0/8 to=1/60 from=1/60");

    [Test]
    public void TC_13_Count_pushes_the_rules_value_and_CountPkt_the_packets()
    {
        Check("1 - GotoAct 2; 2 DTA/16=7.7 Count", ["A:9>B:80 60", "A:9>B:443 60"], "DTA 1799/16 to=2/120 from=0/0");
        Check("1 - GotoAct 2; 2 DTA & FF-00 = 0 CountPkt", ["A:9>B:80 60", "A:9>B:443 60"], "DTA 0/8 to=1/60 from=0/0", "DTA 256/8 to=1/60 from=0/0");
    }

    [Test]
    public void TC_14_a_push_that_is_tested_and_fails_stores_nothing() =>
        Check("1 SPA/32=0 PushPktTo 3; 2 FK/8=5 PushRuleToAct 3; 3 - Count", ["A>B 60"], "to=1/60 from=0/0");

    [Test]
    public void TC_15_PopTo_takes_the_newest_push_back() =>
        Check(
            "1 STT/8=6 PushRuleTo 3; 2 - Goto 5; 3 DTA/16=80 PushRuleToAct 7; 4 - PopTo 5; 5 DPA/32=192.0.2.1 PushRuleToAct 7; 6 - Ignore; 7 - Count",
            ["A:9>B:80 tcp 60", "A:9>192.0.2.1:81 tcp 60", "A:9>192.0.2.1:80 udp 60"],
            "STT6 DTA 80/16 to=1/60 from=0/0",
            "DPA 192.0.2.1/32 to=2/120 from=0/0"
        );

    [Test]
    public void TC_16_a_later_push_of_an_attribute_replaces_value_and_mask() =>
        Check(
            "1 - GotoAct 2; 2 SPA/8=0 PushPktToAct 3; 3 FK/8=1 PushRuleToAct 4; 4 SPA/24=0 PushPktToAct 5; 5 FK/8=2 Count",
            ["A>B 60"],
            "SPA 10.0.0.0/24 FK2 to=1/60 from=0/0"
        );

    [Test]
    public void TC_17_Return_restores_the_meter_variables() =>
        Check(
            "1 - GotoAct 2; 2 v1/0=9 AssignAct 3; 3 - Gosub 6; 4 v1/32=0 PushPktToAct 5; 5 - Count; 6 - GotoAct 7; 7 v1/0=19 AssignAct 8; 8 - Return 1",
            ["A>B 60"],
            "SPA 10.0.0.1/32 to=1/60 from=0/0"
        );

    [Test]
    public void TC_18_subroutines_nest() =>
        Check(
            "1 - Gosub 5; 2 FK/8=1 Count; 3 FK/8=2 Count; 4 FK/8=3 Count; 5 - Gosub 8; 6 - Return 1; 7 - Return 2; 8 STT/8=6 GotoAct 10; 9 - Return 1; 10 - Return 2",
            ["A>B tcp 60", "A>B udp 60"],
            "FK2 to=1/60 from=0/0",
            "FK1 to=1/60 from=0/0"
        );

    [Test]
    public void TC_19_a_zero_mask_always_succeeds_and_stores_nothing() =>
        Check("1 SPA & 0.0.0.0 = 1.2.3.4 Count; 2 - Ignore", ["A>B 60"], "to=1/60 from=0/0");

    [Test]
    public void TC_20_a_value_with_bits_outside_its_mask_never_matches() =>
        Check("1 SPA/8=10.0.0.1 Count; 2 FK/8=3 GotoAct 4; 3 - GotoAct 4; 4 FK/8=3 Count", ["A>B 60"], "FK3 to=1/60 from=0/0");

    [Test]
    public void TC_21_Return_without_Gosub_is_NoMatch_and_a_fault()
    {
        using var meter = new FlowHarness("1 STT/8=6 Return 1; 2 - Ignore");
        meter.Send("A>B tcp 60");
        Assert.That(meter.Flows.Count, Is.Zero);
        Assert.That(meter.Run.Unmatched, Is.EqualTo(1));
        Assert.That(meter.Run.Faults, Is.EqualTo(2));
    }

    [Test]
    public void TC_22_an_endless_loop_is_NoMatch_and_a_fault()
    {
        using var meter = new FlowHarness("1 - Goto 1");
        meter.Send("A>B tcp 60");
        Assert.That(meter.Flows.Count, Is.Zero);
        Assert.That(meter.Run.Faults, Is.EqualTo(2));
    }

    [Test]
    public void TC_23_a_jump_beyond_the_last_rule_is_NoMatch() => Check("1 - Goto 9", ["A>B 60"]);

    [Test]
    public void TC_24_a_computed_attribute_can_be_tested_once_it_is_pushed() =>
        Check(
            "1 STT/8=6 GotoAct 3; 2 - GotoAct 4; 3 FC/8=7 PushRuleTo 5; 4 FC/8=8 PushRuleTo 5; 5 FC/8=7 GotoAct 7; 6 - Ignore; 7 STT/8=0 CountPkt",
            ["A>B tcp 60", "A>B udp 60"],
            "STT6 FC7 to=1/60 from=0/0"
        );

    [Test]
    public void TC_25_Count_ends_the_match_inside_a_subroutine() =>
        Check("1 - Gosub 3; 2 - Ignore; 3 FK/8=1 GotoAct 4; 4 STT/8=6 Count; 5 - NoMatch", ["A>B tcp 60"], "STT6 to=1/60 from=0/0");

    [Test]
    public void TC_28_the_same_address_under_other_masks_is_another_flow() =>
        Check(
            "1 STT/8=6 GotoAct 3; 2 - GotoAct 4; 3 SPA/8=0 CountPkt; 4 SPA/16=0 CountPkt",
            ["10.0.0.1>B tcp 60", "10.0.0.1>B udp 60"],
            "SPA 10.0.0.0/8 to=1/60 from=0/0",
            "SPA 10.0.0.0/16 to=1/60 from=0/0"
        );

    [Test]
    public void TC_29_IPv6_prefixes() =>
        Check(
            "1 SPA & FFFF:FFFF:: = 2001:db8:: Count; 2 - NoMatch",
            ["2001:db8:9::1>2002::1 80", "2002::1>2001:db8:9::1 90"],
            "SPA 2001:db8::/32 to=1/80 from=1/90"
        );

    [Test]
    public void TC_30_comparison_looks_at_octets_whatever_the_peer_type() =>
        Check("1 SPA & FFFF:FFFF:: = 2001:db8:: Count; 2 - NoMatch", ["32.1.13.184>A 60"], "SPA 32.1.13.184/32 to=1/60 from=0/0");

    [Test]
    public void TC_31_the_built_in_rule_set_counts_by_peer_type()
    {
        using var meter = new FlowHarness(RuleSet.BuiltIn);
        meter.Send("A>B 60");
        Assert.That(meter.Described(All), Is.EqualTo(new[] { "SPT1 DPT1 to=1/60 from=0/0" }));
    }

    [Test]
    public void PME_13_pushed_as_zero_and_never_pushed_are_one_flow() =>
        Check(
            "1 STT/8=6 GotoAct 3; 2 - GotoAct 4; 3 FK/8=0 PushRuleToAct 4; 4 SPT/8=0 CountPkt",
            ["A>B tcp 60", "A>B udp 40"],
            "SPT1 to=2/100 from=0/0"
        );

    [Test]
    public void PME_15_recursion_without_end_is_NoMatch_and_a_fault()
    {
        using var meter = new FlowHarness("1 - Gosub 1");
        meter.Send("A>B 60");
        Assert.That(meter.Run.Faults, Is.EqualTo(2));
    }

    [TestCase("1 - GotoAct 7", 2)]
    [TestCase("1 - Goto 65535", 2)]
    [TestCase("1 - Gosub 2; 2 - Return 70000", 2)]
    [TestCase("1 STT/8=17 CountPkt", 0)]
    [TestCase("1 - Goto 2", 0)]
    [TestCase("1 - Return 1", 2)]
    [TestCase("1 - PopTo 2; 2 - PopToAct 1", 2)]
    public void PME_15_a_jump_out_of_the_rule_set_is_NoMatch_and_a_fault_its_end_only_NoMatch(string rules, int faults)
    {
        using var meter = new FlowHarness(rules);
        meter.Send("A>B 60");
        Assert.That((meter.Run.Unmatched, meter.Run.Faults), Is.EqualTo((1ul, (ulong)faults)));
    }

    private static void Check(string rules, string[] packets, params string[] flows)
    {
        using var meter = new FlowHarness(rules);
        meter.Send(packets);
        Assert.That(meter.Described(All), Is.EqualTo(flows));
    }
}
