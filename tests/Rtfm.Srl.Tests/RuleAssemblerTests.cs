using Rtfm.Model;
using Rtfm.Testing;

namespace Rtfm.Srl.Tests;

/// <summary>What rule files mean.</summary>
[TestFixture]
public sealed class RuleAssemblerTests
{
    [TestCase("sourcePeerType & 255 = 1: PushRuleTo, 1", 8, "FF00", "0100", Opcode.PushRuleTo, Description = "one octet is written as two, AMB-07")]
    [TestCase("SOURCEPEERTYPE/8=1:pushruleto,1", 8, "FF00", "0100", Opcode.PushRuleTo, Description = "any case, no blanks")]
    [TestCase("sourcePeerAddress/16 = 130.216: Count", 9, "FFFF0000", "82D80000", Opcode.Count, Description = "missing fields on the right are zero")]
    [TestCase("sourcePeerAddress & 255.255 = 130.216.0.0: Count", 9, "FFFF0000", "82D80000", Opcode.Count)]
    [TestCase("sourcePeerAddress/8 = 11: Count", 9, "FF000000", "0B000000", Opcode.Count, Description = "one field of an address leads it, AMB-24")]
    [TestCase("sourcePeerAddress/0 = 0: Count", 9, "00000000", "00000000", Opcode.Count)]
    [TestCase("destTransAddress/16 = 80: Count", 22, "FFFF", "0050", Opcode.Count, Description = "one field fills a port, SRL-07")]
    [TestCase("destTransAddress & 255.255 = 0.80: Count", 22, "FFFF", "0050", Opcode.Count)]
    [TestCase("destTransAddress & FC-00 = 0: Count", 22, "FC00", "0000", Opcode.Count)]
    [TestCase("destTransAddress/16 = 65535: Count", 22, "FFFF", "FFFF", Opcode.Count)]
    [TestCase(
        "sourceAdjacentAddress & FF-FF-FF-FF-FF-FF = 00-80-48-81-0E-7C: Count",
        6,
        "FFFFFFFFFFFF",
        "00804881 0E7C",
        Opcode.Count,
        Description = "RFC 2123 §3.2"
    )]
    [TestCase("sourceAdjacentAddress/48 = 1.3.10!50: Count", 6, "FFFFFFFFFFFF", "0103000A0032", Opcode.Count, Description = "TC-109, SRL-06")]
    [TestCase("sourceAdjacentAddress/24 = AA-00-04: Count", 6, "FFFFFF000000", "AA0004", Opcode.Count, Description = "SRL-08")]
    [TestCase(
        "sourcePeerAddress/32 = 2001:db8::: Count",
        9,
        "FFFFFFFF",
        "20010DB8000000000000000000000000",
        Opcode.Count,
        Description = "the third colon is the rule's"
    )]
    [TestCase("sourcePeerAddress/32 = 2001:db8:: : Count", 9, "FFFFFFFF", "20010DB8000000000000000000000000", Opcode.Count)]
    [TestCase("sourcePeerAddress/32=2001:db8:::Count", 9, "FFFFFFFF", "20010DB8000000000000000000000000", Opcode.Count)]
    [TestCase(
        "sourcePeerAddress & ffff:ffff::ffff:ffff = 2001:db8::1.2.3.4: Assign, 1",
        9,
        "FFFFFFFF0000000000000000FFFFFFFF",
        "20010DB8000000000000000001020304",
        Opcode.Assign
    )]
    [TestCase(
        "destPeerAddress/128 = 0: CountPkt",
        19,
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        "00000000",
        Opcode.CountPkt,
        Description = "cut to 4 octets for IPv4, PME-14"
    )]
    [TestCase("flowKind & 255 = 'W': Count", 41, "FF00", "5700", Opcode.Count)]
    [TestCase("flowKind & 255 = '#': Count # not the one in quotes", 41, "FF00", "2300", Opcode.Count)]
    [TestCase(@"flowKind & 255 = '\'': Count", 41, "FF00", "2700", Opcode.Count)]
    [TestCase(@"flowKind & 255 = '\n': Count", 41, "FF00", "0A00", Opcode.Count)]
    [TestCase(@"flowKind & 255 = '\x7f': Count", 41, "FF00", "7F00", Opcode.Count)]
    [TestCase(@"flowKind & 255 = '\101': Count", 41, "FF00", "4100", Opcode.Count)]
    [TestCase("matchingStoD/8 = 1: NoMatch", 50, "FF00", "0100", Opcode.NoMatch)]
    [TestCase("v1 & 0 = SourcePeerAddress: AssignAct, 1", 51, "0000", "0900", Opcode.AssignAct, Description = "AMB-01")]
    [TestCase("v5 & 0 = 22: AssignAct, 1", 55, "0000", "1600", Opcode.AssignAct)]
    [TestCase("v1/16 = 130.216: GotoAct, 1", 51, "FFFF", "82D8", Opcode.GotoAct)]
    [TestCase("null & 0 = 0: Count", 0, "0000", "0000", Opcode.Count)]
    [TestCase("null: Count", 0, "0000", "0000", Opcode.Count)]
    [TestCase("-: Count", 0, "0000", "0000", Opcode.Count)]
    [TestCase("- & 0 = 0: Count", 0, "0000", "0000", Opcode.Count)]
    [TestCase("Null & 0 = 0: Count, 0;", 0, "0000", "0000", Opcode.Count, Description = "as RFC 2123 writes it")]
    public void A_rule_is_assembled_to_its_attribute_mask_value_and_action(string line, int selector, string mask, string value, Opcode action)
    {
        var expected = new Rule((FlowAttribute)selector, new RuleAddress(Hex.Bytes(mask)), new RuleAddress(Hex.Bytes(value)), action, 1);

        Assert.That(Rules(line), Is.EqualTo(new[] { expected }));
    }

    [Test]
    public void Every_opcode_is_known_by_its_name_in_any_case()
    {
        foreach (var action in Enum.GetValues<Opcode>())
        {
            Assert.That(Rules($"null: {action.ToString().ToLowerInvariant()}, 1")[0].Action, Is.EqualTo(action));
            Assert.That(Rules($"null: {action}, 1")[0].Action, Is.EqualTo(action));
        }
    }

    [Test]
    public void MIB_17_every_attribute_that_a_rule_may_select_is_known_by_its_name()
    {
        foreach (var info in FlowAttributes.All.Where(each => each.Is(AttributeRoles.Testable)))
            Assert.That(Rules($"{info.Name} & 0 = 0: Count")[0].Selector, Is.EqualTo(info.Number));
    }

    [Test]
    public void Labels_and_Next_and_numbers_are_the_places_that_rules_go_to()
    {
        var rules = Rules(
            """
            # a comment

            first: null: GotoAct, LAST   # forward, in any case
                   null: GotoAct, Next
            a: b:  null: GotoAct, 1
            alone:
                   null: GotoAct, alone
            last:  null: GotoAct, b
            """
        );

        Assert.That(rules.Select(rule => rule.Parameter), Is.EqualTo(new[] { 5, 3, 1, 4, 3 }));
    }

    [Test]
    public void AMB_06_an_action_that_goes_nowhere_has_parameter_1()
    {
        Assert.That(Rules("null: Ignore\nnull: NoMatch, 0\nnull: Count").Select(rule => rule.Parameter), Is.EqualTo(new[] { 1, 1, 1 }));
    }

    [Test]
    public void PME_16_Return_counts_from_its_Gosub_so_it_may_go_further_than_there_are_rules()
    {
        Assert.That(Rules("null: Return, 9")[0].Parameter, Is.EqualTo(9));
    }

    [Test]
    public void Lines_may_end_in_any_way()
    {
        Assert.That(Rules("null: Ignore\r\nnull: Count\r\n"), Has.Length.EqualTo(2));
        Assert.That(Rules("null: Ignore\nnull: Count"), Has.Length.EqualTo(2));
    }

    [Test]
    public void The_name_is_the_files_unless_given()
    {
        Assert.That(RuleAssembler.Assemble("null: Count", "/some/where/edge.rules").RuleSet!.Name, Is.EqualTo("edge"));
        Assert.That(RuleAssembler.Assemble("null: Count", "edge.rules", "core").RuleSet!.Name, Is.EqualTo("core"));
    }

    [Test]
    public void A_rule_set_of_65535_rules_is_assembled_and_one_more_is_an_error()
    {
        var longest = string.Join('\n', Enumerable.Repeat("null: GotoAct, 65535", RuleSet.MaxRules));

        Assert.That(Rules(longest), Has.Length.EqualTo(65_535));
        Assert.That(
            RuleAssembler.Assemble(longest + "\nnull: Count", "f").Diagnostics.Single().ToString(),
            Does.StartWith("f:65536:1: error: a rule set has at most 65535 rules")
        );
    }

    [Test]
    public void TC_09_the_subroutine_example_of_RFC_2123_gives_its_25_rules()
    {
        var rules = Rules(
            """
            sourcePeerType & 255 = 1: PushRuleToAct, ip_pkt;
            Null & 0 = 0: Ignore, 0;
            ip_pkt:
              v1 & 0 = SourcePeerAddress: AssignAct, Next;
              Null & 0 = 0: Gosub, classify;
                Null & 0 = 0: GotoAct, from_ua;
                Null & 0 = 0: GotoAct, from_ait;
                Null & 0 = 0: NoMatch, 0;
            from_ua:
              v1 & 0 = DestPeerAddress: AssignAct, Next;
              Null & 0 = 0: Gosub, classify;
                Null & 0 = 0: Ignore, 0;
                Null & 0 = 0: GotoAct, ok_pkt;
                Null & 0 = 0: Gotoact, ok_pkt;
            from_ait:
              v1 & 0 = DestPeerAddress: AssignAct, Next;
              Null & 0 = 0: Gosub, classify;
                Null & 0 = 0: NoMatch, 0;
                Null & 0 = 0: Ignore, 0;
                Null & 0 = 0: GotoAct, ok_pkt;
            ok_pkt:
              Null & 0 = 0: Count, 0;
            classify:
              v1 & 255.255.0.0 = 130.216.0.0: GotoAct, ua;
              v1 & 255.255.0.0 = 156.62.0.0: GotoAct, ait;
              Null & 0 = 0: Return, 3;
            ua:
              v1 & 255.255.0.0 = 0: PushPkttoAct, Next;
              Null & 0 = 0: Return, 1;
            ait:
              v1 & 255.255.0.0 = 0: PushPkttoAct, Next;
              Null & 0 = 0: Return, 2;
            """
        );

        Assert.That(
            rules.Select(rule => rule.Parameter),
            Is.EqualTo(new[] { 3, 1, 4, 19, 8, 13, 1, 9, 19, 1, 18, 18, 14, 19, 1, 1, 18, 1, 22, 24, 3, 23, 1, 25, 2 })
        );
        Assert.That(rules.Count(rule => rule.Selector == FlowAttribute.V1), Is.EqualTo(7));
        Assert.That(rules[18].Value.Octets[..2].ToArray(), Is.EqualTo(new byte[] { 130, 216 }));
    }

    private static Rule[] Rules(string text)
    {
        var assembled = RuleAssembler.Assemble(text, "test.rules");
        Assert.That(assembled.Diagnostics, Is.Empty);
        return [.. assembled.RuleSet!.Rules];
    }
}
