namespace Rtfm.Srl.Tests;

/// <summary>What the assembler says of rule files that are wrong.</summary>
[TestFixture]
public sealed class RuleAssemblerDiagnosticsTests
{
    [TestCase("", 1, "there are no rules in it")]
    [TestCase("# only a comment", 1, "there are no rules in it")]
    [TestCase("sourcePeerAdress/32 = 0: Count", 1, "'sourcePeerAdress' is no attribute")]
    [TestCase("toOctets & 0 = 0: Count", 1, "toOctets cannot be used in a rule", Description = "MIB-17")]
    [TestCase("sourcePeerType = 1: Count", 16, "expected '&' and a mask, or '/' and a width")]
    [TestCase("sourcePeerType/9 = 1: Count", 16, "expected a width from 0 to 8")]
    [TestCase("sourceTransAddress/17 = 1: Count", 20, "expected a width from 0 to 16")]
    [TestCase("sourcePeerAddress/129 = 1: Count", 19, "expected a width from 0 to 128")]
    [TestCase("sourcePeerType & 255.255 = 1: Count", 16, "the mask is longer than sourcePeerType, which has 1 octet")]
    [TestCase("sourceTransAddress & FF-FF-FF = 1: Count", 20, "the mask is longer than sourceTransAddress, which has 2 octets")]
    [TestCase("sourcePeerType/8 1: Count", 18, "expected '=' and a value")]
    [TestCase("sourcePeerType/8 = : Count", 20, "expected a value")]
    [TestCase("sourcePeerType/8 = 256: Count", 20, "'256' is not a number from 0 to 255")]
    [TestCase("sourceTransAddress/16 = 65536: Count", 25, "'65536' is not a number from 0 to 65535")]
    [TestCase("sourcePeerAddress/32 = 10.0.0.256: Count", 31, "'256' is not a number from 0 to 255")]
    [TestCase("sourceAdjacentAddress/48 = 00-1FF: Count", 31, "'1FF' is not a number from 0 to FF")]
    [TestCase("sourcePeerAddress/32 = 10..1: Count", 27, "expected a number from 0 to 255")]
    [TestCase("sourcePeerAddress/32 = 1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20.21: Count", 24, "a value has at most 20 octets")]
    [TestCase("sourcePeerAddress/32 = 2001:::1: Count", 24, "'2001:::1' is no IPv6 address")]
    [TestCase("flowKind & 255 = '': Count", 18, "expected one character of one octet between quotes")]
    [TestCase("flowKind & 255 = 'ab': Count", 18, "expected one character of one octet between quotes")]
    [TestCase("flowKind & 255 = 'a", 18, "expected one character of one octet between quotes")]
    [TestCase("flowKind & 255 = '\\", 18, "expected one character of one octet between quotes")]
    [TestCase("flowKind & 255 = '\\777': Count", 18, "expected one character of one octet between quotes")]
    [TestCase("flowKind & 255 = '\u20AC': Count", 18, "expected one character of one octet between quotes")]
    [TestCase("sourceTransType & 255 = 'x': Count", 25, "sourceTransType has no character for a value; only classes and kinds have")]
    [TestCase("null", 5, "expected ':' and an action")]
    [TestCase("null:", 6, "expected an action, for example Count")]
    [TestCase("null: Stop", 7, "'Stop' is no action")]
    [TestCase("null: Retry", 7, "'Retry' is no action")]
    [TestCase("null: 3", 7, "'3' is no action")]
    [TestCase("null: Goto", 11, "expected ',' and where Goto goes: the number of a rule, a label, or Next")]
    [TestCase("null: Goto,", 12, "expected the number of a rule, a label, or Next")]
    [TestCase("null: Goto, nowhere", 13, "there is no rule labelled 'nowhere'")]
    [TestCase("null: Goto, 2", 13, "there is no rule 2: the last one is 1")]
    [TestCase("null: Goto, 0", 13, "'0' is not a number from 1 to 65535", Description = "AMB-06")]
    [TestCase("null: Return, 65536", 15, "'65536' is not a number from 1 to 65535")]
    [TestCase("null: Goto, 99999999999", 13, "'99999999999' is not a number from 1 to 65535")]
    [TestCase("null: Goto, 1x", 13, "'1x' is not a number from 1 to 65535")]
    [TestCase("null: GotoAct, Next", 16, "Next: there is no rule after this one")]
    [TestCase("null: Count Count", 13, "expected the end of the line")]
    [TestCase("next: null: Count", 1, "Next means the rule after this one: it cannot be a label")]
    public void An_error_names_its_column_and_what_is_wrong(string line, int column, string message)
    {
        var assembled = RuleAssembler.Assemble(line, "f");

        Assert.That(assembled.RuleSet, Is.Null);
        Assert.That(
            assembled.Diagnostics.Select(each => (each.Severity, each.Line, each.Column, each.Message)),
            Is.EqualTo(new[] { (Severity.Error, 1, column, message) })
        );
    }

    [Test]
    public void A_label_used_twice_and_one_behind_the_last_rule_are_errors()
    {
        Assert.That(
            Messages("a: null: GotoAct, end\nA: null: Count\nend:"),
            Is.EqualTo(new[] { "f:2:1: error: the label 'A' is already used", "f:1:19: error: there is no rule labelled 'end'" })
        );
    }

    [TestCase("sourcePeerAddress/8 = 10.0.0.1: Count", Description = "TC-20")]
    [TestCase("sourcePeerAddress & 255.255.0.0 = 10.0.0.1: PushRuleTo, 1")]
    [TestCase("sourceTransType/8 = 6.1: Count")]
    public void SRL_13_a_value_with_bits_outside_the_mask_is_a_warning(string line)
    {
        var assembled = RuleAssembler.Assemble(line, "f");

        Assert.That(assembled.RuleSet, Is.Not.Null);
        Assert.That(assembled.Diagnostics.Single().Severity, Is.EqualTo(Severity.Warning));
        Assert.That(assembled.Diagnostics.Single().Message, Does.StartWith("the value has bits that the mask drops"));
    }

    [Test]
    public void PME_18_a_value_under_a_mask_of_zero_is_no_warning()
    {
        Assert.That(Messages("v1 & 0 = SourcePeerAddress: AssignAct, 1\nsourcePeerAddress & 0 = 1.2.3.4: Count"), Is.Empty);
    }

    [Test]
    public void Several_errors_are_found_in_one_run_and_do_not_shift_the_rules_behind_them()
    {
        Assert.That(
            Messages("null: Stop\nsourcePeerType/8 = 300: Count\nnull: GotoAct, 4\nnull: Count"),
            Is.EqualTo(new[] { "f:1:7: error: 'Stop' is no action", "f:2:20: error: '300' is not a number from 0 to 255" })
        );
    }

    [Test]
    public void After_20_errors_the_rest_is_not_read()
    {
        var messages = Messages(string.Concat(Enumerable.Repeat("null: Stop\n", 1_000)));

        Assert.That(messages, Has.Length.EqualTo(21));
        Assert.That(messages[^1], Is.EqualTo("f:20:7: error: 20 errors: the rest is not looked at"));
    }

    [Test]
    public void Of_many_warnings_20_are_shown_and_the_rules_are_good()
    {
        var assembled = RuleAssembler.Assemble(string.Concat(Enumerable.Repeat("sourcePeerAddress/8 = 1.2: Count\n", 1_000)), "f");

        Assert.That(assembled.RuleSet!.Rules, Has.Length.EqualTo(1_000));
        Assert.That(assembled.Diagnostics, Has.Count.EqualTo(21));
        Assert.That(assembled.Diagnostics[^1].Message, Is.EqualTo("more than 20 warnings: the others are not shown"));
    }

    [Test]
    public void A_diagnostic_shows_the_line_with_a_caret_under_the_place()
    {
        Assert.That(
            RuleAssembler.Assemble("\n\tnull: Stop  # why not", "edge.rules").Diagnostics.Single().ToString(),
            Is.EqualTo("edge.rules:2:8: error: 'Stop' is no action\n  \tnull: Stop  # why not\n  \t      ^")
        );
    }

    [Test]
    public void A_long_line_is_shown_around_the_place_and_control_characters_are_not_sent_to_the_terminal()
    {
        var text = RuleAssembler
            .Assemble(new string(' ', 1_000) + "null: Stop" + new string('\u001b', 1_000) + "x", "f")
            .Diagnostics.Single()
            .ToString();
        var lines = text.Split('\n');

        Assert.That(lines, Has.Length.EqualTo(3));
        Assert.That(lines[1], Has.Length.EqualTo(162).And.Contains("null: Stop???"));
        Assert.That(lines[1][lines[2].IndexOf('^')..], Does.StartWith("Stop"));
    }

    [Test]
    public void A_file_that_is_too_long_is_refused_before_it_is_read()
    {
        Assert.That(
            Messages(new string('\n', (16 << 20) + 1)),
            Is.EqualTo(new[] { "f:1:1: error: the file is longer than 16 Mi characters: no rule file" })
        );
    }

    [Test]
    public void A_word_of_any_length_makes_a_short_message()
    {
        Assert.That(Messages(new string('x', 100_000)).Single(), Has.Length.LessThan(100));
    }

    private static string[] Messages(string text) =>
        [.. RuleAssembler.Assemble(text, "f").Diagnostics.Select(each => each.ToString().Split('\n')[0])];
}
