using Rtfm.Agent.Flows;
using Rtfm.Agent.Tests.Matching;
using Rtfm.Model;
using Rtfm.Srl;

namespace Rtfm.Agent.Tests.Srl;

/// <summary>Section F.5 of the conformance checklist: programs, packets, and the flows that must come of them.</summary>
[TestFixture(true)]
[TestFixture(false)]
public sealed class SrlCaseTests(bool isOptimised)
{
    private static readonly FlowAttribute[] All =
    [
        FlowAttribute.SourcePeerType,
        FlowAttribute.SourceTransType,
        FlowAttribute.SourcePeerAddress,
        FlowAttribute.DestPeerAddress,
        FlowAttribute.DestTransAddress,
        FlowAttribute.FlowKind,
        FlowAttribute.FlowClass,
        FlowAttribute.SourceKind,
        FlowAttribute.DestKind,
    ];

    private const string NetworkGroups = """
        define my_net = 130.216/16;
        define k_nets = ( 130.217/16, 130.123/16, 130.195/16, 132.181/16, 138.75/16, 139.80/16 );
        subroutine net_kind (address addr, variable net)
           if addr == my_net save, { store net := 10;  return 1; }
           else if addr == k_nets save, { store net := 20;  return 2; }
           save addr/24;
           store net := 30;  return 3;
        endsub;

        """;

    [Test]
    public void Tunnels_have_the_names_of_the_meter() =>
        Assert.That(
            Enum.GetNames<Rtfm.Agent.Packets.TunnelType>().Select(name => Rtfm.Srl.Language.Names.Find(FlowAttribute.TunnelType, name)),
            Is.EqualTo(Enum.GetValues<Rtfm.Agent.Packets.TunnelType>().Select(type => (uint?)type))
        );

    [Test]
    public void TC_94_and_binds_tighter_than_or()
    {
        const string program = "IF SourceTransType==6 && DestTransAddress==80 || DestPeerAddress==192.0.2.1 SAVE, COUNT; IGNORE;";
        Check(program, ["A:9>192.0.2.1:81 tcp 60"], "DPA 192.0.2.1/32 to=1/60 from=0/0");
        Check(program, ["A:9>B:80 tcp 60"], "STT6 DTA 80/16 to=1/60 from=0/0");
        Check(program, ["A:9>B:81 tcp 60"]);
    }

    [Test]
    public void TC_95_the_operand_that_matched_is_saved() =>
        Check(
            "IF SourcePeerAddress==(130.216.7/24,130.216/16,130.217/16) SAVE; ELSE NOMATCH; COUNT;",
            ["130.216.7.9>A 60", "130.216.8.9>A 60", "A>130.217.8.9 60"],
            "SPA 130.216.7.0/24 to=1/60 from=0/0",
            "SPA 130.216.0.0/16 to=1/60 from=0/0",
            "SPA 130.217.0.0/16 to=0/0 from=1/60"
        );

    [Test]
    public void TC_96_else_belongs_to_the_nearest_if() =>
        Check(
            "IF SourceTransType==6 IF DestTransAddress==80 STORE FlowKind:=1; ELSE STORE FlowKind:=2; COUNT;",
            ["A:9>B:80 tcp 60", "A:9>B:81 tcp 60", "A:9>B:81 udp 60"],
            "FK1 to=1/60 from=0/0",
            "FK2 to=1/60 from=0/0",
            "to=1/60 from=0/0"
        );

    [Test]
    public void TC_97_defines_stand_for_any_text() =>
        Check(
            @"define a=(20,21); DEFINE B=(80,a,23); define go=save,{store FlowKind:='X'\;count\;}; if DestTransAddress==b go else nomatch;",
            ["A:9999>B:21 tcp 60", "B:21>A:9999 tcp 70", "A:9999>B:22 tcp 60"],
            "DTA 21/16 FK88 to=1/60 from=1/70"
        );

    [Test]
    public void TC_98_exit_leaves_the_statement_of_its_label() =>
        Check(
            "outer:{IF SourcePeerAddress==192.168/16 EXIT outer; STORE FlowKind:=1; inner:{IF DestTransAddress==80 EXIT outer; STORE FlowKind:=2;} STORE FlowClass:=9;} SAVE SourcePeerAddress/16; COUNT;",
            ["192.168.3.4>B 60", "A:9>B:80 tcp 60", "A:9>B:81 tcp 60"],
            "SPA 192.168.0.0/16 to=1/60 from=0/0",
            "SPA 10.0.0.0/16 FK1 to=1/60 from=0/0",
            "SPA 10.0.0.0/16 FK2 FC9 to=1/60 from=0/0"
        );

    [Test]
    public void TC_99_return_goes_to_the_label_of_the_call() =>
        Check(
            "CALL s(SourcePeerAddress) 2: 3: STORE FlowKind:=23; 9: IGNORE; ENDCALL; SAVE SourcePeerAddress; COUNT; SUBROUTINE s(ADDRESS a) IF a==10.0.0.1 RETURN 2; IF a==10.0.0.2 RETURN 3; IF a==10.0.0.3 RETURN 9; IF a==10.0.0.4 RETURN 7; RETURN; ENDSUB;",
            ["A>192.0.2.1 60", "B>192.0.2.1 60", "C>192.0.2.1 60", "10.0.0.4>192.0.2.1 60", "10.0.0.5>192.0.2.1 60"],
            "SPA 10.0.0.1/32 FK23 to=1/60 from=0/0",
            "SPA 10.0.0.2/32 FK23 to=1/60 from=0/0",
            "SPA 10.0.0.4/32 to=1/60 from=0/0",
            "SPA 10.0.0.5/32 to=1/60 from=0/0"
        );

    [Test]
    public void TC_100_what_is_stored_can_be_tested_at_once() =>
        Check(
            "STORE FlowKind:=3; IF FlowKind==3 STORE FlowKind:=4; IF FlowKind==(1,4) STORE FlowClass:='A'; COUNT;",
            ["A:9>B:80 tcp 60"],
            "FK4 FC65 to=1/60 from=0/0"
        );

    [Test]
    public void TC_101_variables_are_zero_at_the_start_of_each_attempt() =>
        Check(
            "IF FlowClass==0 STORE FlowKind:=1; STORE FlowClass:=7; IF MatchingStoD==1 NOMATCH; COUNT;",
            ["A:9>B:80 tcp 60"],
            "FK1 FC7 to=0/0 from=1/60"
        );

    [Test]
    public void TC_102_save_takes_values() =>
        Check(
            "SAVE SourcePeerAddress=1.2.3.4&255.255.0.0; SAVE DestTransAddress=80; SAVE SourceTransType=0; COUNT;",
            ["A:9>B:80 tcp 60"],
            "SPA 1.2.0.0/16 DTA 80/16 to=1/60 from=0/0"
        );

    [Test]
    public void TC_103_IPv6_prefixes() =>
        Check(
            "IF SourcePeerType==2 SAVE; ELSE IGNORE; IF SourcePeerAddress==2001:db8::/32 SAVE; ELSE NOMATCH; SAVE DestPeerAddress/48; COUNT;",
            ["2001:db8:1::5>2001:4860:4860::8888 90", "2001:4860:4860::8888>2001:db8:1::5 190"],
            "SPT2 SPA 2001:db8::/32 DPA 2001:4860:4860::/48 to=1/90 from=1/190"
        );

    [Test]
    public void TC_104_the_end_of_a_program_is_no_count() => Check("SAVE SourcePeerAddress;", ["A:9>B:80 tcp 60"]);

    [Test]
    public void TC_105_a_flow_that_is_the_reverse_of_another_is_the_same()
    {
        const string program = "IF SourceTransType==6 SAVE SourcePeerAddress/8; ELSE SAVE DestPeerAddress/8; COUNT;";
        Check(program, ["A:9>B:80 tcp 60", "A:9>B:80 udp 60"], "SPA 10.0.0.0/8 to=1/60 from=1/60");
        Check(program, ["A:9>B:80 udp 60"], "DPA 10.0.0.0/8 to=1/60 from=0/0");
    }

    [Test]
    public void TC_106_comments_and_characters() => Check("STORE FlowKind:='#'; # x ' ; {\nCOUNT;", ["A:9>B:80 tcp 60"], "FK35 to=1/60 from=0/0");

    [Test]
    public void TC_107_words_that_are_not_reserved_are_names() =>
        Check(
            "DEFINE format=6; set:{IF SourceTransType==format EXIT set; IGNORE;} COUNT;",
            ["A:9>B:80 tcp 60", "A:9>B:80 udp 60"],
            "to=1/60 from=0/0"
        );

    [Test]
    public void TC_108_a_value_without_a_mask_is_compared_whole() =>
        Check("IF SourcePeerAddress==130.216 SAVE,COUNT; IGNORE;", ["130.216.1.1>A 60", "130.216.0.0>A 60"], "SPA 130.216.0.0/32 to=1/60 from=0/0");

    [Test]
    public void TC_109_fields_of_several_widths()
    {
        using var harness = new FlowHarness(Compile("IF SourceAdjacentAddress==1.3.10!50 SAVE,COUNT; IGNORE;"));
        var packet = FlowHarness.Packet("A:9>B:80 tcp 60");
        packet.AdjacentLength = 6;
        harness.Process(packet, 1);
        byte[] address = [0x01, 0x03, 0x00, 0x0A, 0x00, 0x32];
        address.CopyTo(packet.Source.AdjacentAddress);

        harness.Process(packet, 1);

        Assert.That(harness.Described(FlowAttribute.SourceAdjacentAddress), Has.Exactly(1).Items);
        Assert.That(
            harness.Described(FlowAttribute.SourceAdjacentAddress)[0],
            Does.Contain("01-03-00-0A-00-32").And.EndWith("to=1/60 from=0/0").IgnoreCase
        );
    }

    [Test]
    public void TC_110_parentheses() =>
        Check(
            "IF SourceTransType==6 && (DestTransAddress==80 || DestTransAddress==443) SAVE,COUNT; NOMATCH;",
            ["A:5555>B:443 tcp 60", "B:443>A:5555 tcp 70"],
            "STT6 DTA 443/16 to=1/60 from=1/70"
        );

    [Test]
    public void TC_111_a_condition_that_fails_saves_nothing() =>
        Check(
            "IF SourcePeerAddress==(10.0/8,11.0/8) && DestPeerAddress==(10.0/8,11.0/8) SAVE, STORE FlowKind:=1; COUNT;",
            ["A>11.2.3.4 60", "A>12.2.3.4 60"],
            "SPA 10.0.0.0/8 DPA 11.0.0.0/8 FK1 to=1/60 from=0/0",
            "to=1/60 from=0/0"
        );

    [Test]
    public void TC_112_parameters_stand_for_attributes() =>
        Check(
            "CALL k(DestTransAddress,FlowKind) 1: COUNT; ENDCALL; NOMATCH; SUBROUTINE k(ADDRESS p,VARIABLE v) IF p==80 SAVE,{STORE v:='W'; RETURN 1;} IF p==25 IGNORE; RETURN; ENDSUB;",
            ["A:5555>B:80 tcp 60", "B:80>A:5555 tcp 70", "A:9>B:25 tcp 60", "A:25>B:5555 tcp 60"],
            "DTA 80/16 FK87 to=1/60 from=1/70"
        );

    [Test]
    public void TC_113_SRL_50_the_classifier_of_ports() =>
        Check(
            """
            define IPv4 = 1;  # Address Family number from [ASG-NBR]
            define ftp = (20, 21);
            define telnet = 23;
            define www = 80;
            define tcp = 6;
            define udp = 17;
            if SourcePeerType == IPv4 save;
            else ignore;  # Not an IPv4 packet
            if (SourceTransType == tcp || SourceTransType == udp) save, {
               if SourceTransAddress == (www, ftp, telnet)  nomatch;
               if DestTransAddress == telnet
                  save, store FlowKind := 'T';
               else if DestTransAddress == www
                  save, store FlowKind := 'W';
               else if DestTransAddress == ftp
                  save, store FlowKind := 'F';
               else {
                  save DestTransAddress;
                  store FlowKind := '?';
                  }
               }
            else save SourceTransType = 0;
            save SourcePeerAddress /32;
            save DestPeerAddress   /32;
            count;
            """,
            [
                "A:1025>B:80 tcp 60",
                "B:80>A:1025 tcp 1500",
                "B:20>A:3000 tcp 1400",
                "A:3000>B:20 tcp 60",
                "A>B icmp 84",
                "2001:db8::1>2001:db8::2 99",
                "A:23>B:80 tcp 60",
            ],
            "SPT1 STT6 SPA 10.0.0.1/32 DPA 10.0.0.2/32 DTA 80/16 FK87 to=1/60 from=1/1500",
            "SPT1 STT6 SPA 10.0.0.1/32 DPA 10.0.0.2/32 DTA 20/16 FK70 to=1/60 from=1/1400",
            "SPT1 SPA 10.0.0.1/32 DPA 10.0.0.2/32 to=1/84 from=0/0"
        );

    [Test]
    public void TC_114_SRL_51_groups_of_networks()
    {
        const string program =
            NetworkGroups + "call net_kind (SourcePeerAddress, SourceKind) endcall; call net_kind (DestPeerAddress, DestKind) endcall; count;";
        Check(
            program,
            [
                "130.216.1.1>130.217.5.5 60",
                "130.217.9.9>130.216.7.7 70",
                "192.0.2.9>130.216.7.7 80",
                "130.216.7.7>192.0.2.200 90",
                "130.216.1.1>130.216.2.2 10",
                "130.216.2.2>130.216.1.1 20",
            ],
            "SPA 130.216.0.0/16 DPA 130.217.0.0/16 SourceKind10 DestKind20 to=1/60 from=1/70",
            "SPA 192.0.2.0/24 DPA 130.216.0.0/16 SourceKind30 DestKind10 to=1/80 from=1/90",
            "SPA 130.216.0.0/16 DPA 130.216.0.0/16 SourceKind10 DestKind10 to=2/30 from=0/0"
        );
    }

    [Test]
    public void SRL_52_my_network_is_always_the_source()
    {
        const string program =
            NetworkGroups
            + """
                call net_kind (DestPeerAddress, DestKind)
                   1: nomatch;  # We want my_net as source
                   endcall;
                call net_kind (SourcePeerAddress, SourceKind)
                   1: count;    # my_net -> other networks
                   endcall;
                save SourcePeerAddress /24;
                save DestPeerAddress /24;
                count;
                """;
        Check(
            program,
            ["192.0.2.9>130.216.7.7 80", "130.216.7.7>192.0.2.200 90", "130.216.1.1>130.216.2.2 10", "130.217.3.1>192.0.2.1 5"],
            "SPA 130.216.0.0/16 DPA 192.0.2.0/24 SourceKind10 DestKind30 to=1/90 from=1/80",
            "SPA 130.217.3.0/24 DPA 192.0.2.0/24 SourceKind20 DestKind30 to=1/5 from=0/0"
        );
    }

    [Test]
    public void The_worked_example_of_RFC_2723_3_3_1() =>
        Check(
            "IF DestPeerAddress==130.216/16 NOMATCH; ELSE IF SourcePeerAddress==130.216/16 { SAVE SourcePeerAddress/24; COUNT; } ELSE IGNORE;",
            ["130.216.4.5>A 60", "A>130.216.4.5 1500", "A>B 1"],
            "SPA 130.216.4.0/24 to=1/60 from=1/1500"
        );

    [Test]
    public void NEW_06_a_distribution_is_saved_with_its_parameters()
    {
        using var harness = new FlowHarness(Compile("SAVE SourcePeerAddress; SAVE ToPacketSize = 60.0!0 & 1.0.25!1500; COUNT;"));

        harness.Send("A:9>B:80 tcp 60", "A:9>B:80 tcp 1500");

        Assert.That(
            harness.Run.Rules is RuleSet { Rules: var rules } && rules[^1] is { Action: Opcode.CountPkt, Selector: FlowAttribute.ToPacketSize },
            Is.True,
            "asked for with a push of the packet's"
        );
        FlowSnapshot flow = default;
        Assert.That(harness.Flows.TryGetNext(0, default, ref flow), Is.True);
        Assert.That(
            FlowText.Format(FlowAttribute.ToPacketSize, flow.ValueOf(FlowAttribute.ToPacketSize)),
            Does.StartWith("1.0.25!1500=60.0!0:").Or.StartWith("1.0.25!1500=60.0.0!0:")
        );
    }

    private RuleSet Compile(string program)
    {
        var compiled = SrlCompiler.Compile(program, "case.srl", isOptimised: isOptimised);
        Assert.That(compiled.RuleSet, Is.Not.Null, string.Join('\n', compiled.Diagnostics));
        return compiled.RuleSet!;
    }

    private void Check(string program, string[] packets, params string[] flows)
    {
        using var harness = new FlowHarness(Compile(program));

        harness.Send(packets);

        Assert.That(harness.Described(All), Is.EqualTo(flows));
        Assert.That(harness.Run.Faults, Is.Zero);
    }
}
