namespace Rtfm.Srl.Tests;

/// <summary>What the compiler says of programs that are wrong or odd.</summary>
[TestFixture]
public sealed class SrlDiagnosticsTests
{
    [TestCase("STORE FlowKind:=256; COUNT;", "1:17: error: '256' is not a number from 0 to 255")]
    [TestCase("IF SourceTransAddress==1.2.3.4 SAVE;", "1:24: error: the value has 4 octets, but sourceTransAddress has 2 octets")]
    [TestCase("SAVE SourcePeerAddress/129;", "1:24: error: the width is 129, but sourcePeerAddress has at most 128 bits here")]
    [TestCase("SAVE MatchingStoD;", "1:6: error: MatchingStoD cannot be saved")]
    [TestCase("IF MatchingStoD==1 SAVE;", "1:4: error: MatchingStoD cannot be saved")]
    [TestCase("RETURN;", "1:1: error: RETURN stands outside of a subroutine")]
    [TestCase("EXIT nowhere;", "1:6: error: no statement around this one is labelled 'nowhere'")]
    [TestCase("CALL none() ENDCALL;", "1:6: error: there is no subroutine 'none'")]
    [TestCase("DEFINE count=1; COUNT;", "1:8: error: 'count' is a word of the language: it cannot be defined")]
    [TestCase("IF SourceTransType=='x' SAVE;", "1:21: error: sourceTransType has no character for a value; only classes and kinds have")]
    [TestCase("{}", "1:2: error: expected a statement: there is at least one between braces")]
    [TestCase(
        "IF FlowRuleset==2 IGNORE;",
        "1:4: error: FlowRuleset cannot be used: a meter has no rule that tests it (RFC 2720 RuleAttributeNumber)"
    )]
    [TestCase(
        "STORE SourcePeerType:=1;",
        "1:7: error: SourcePeerType is no variable: only SourceClass, DestClass, FlowClass, SourceKind, DestKind and FlowKind can be stored"
    )]
    [TestCase("DEFINE x=x; IF SourcePeerType==x SAVE;", "1:32: error: the text of 'x' comes to itself again")]
    public void TC_115_what_is_wrong_is_told_with_its_place(string program, string expected) => Assert.That(Told(program), Does.Contain(expected));

    [TestCase(
        "CALL s(FlowKind) ENDCALL; COUNT; SUBROUTINE s(ADDRESS a) RETURN; ENDSUB;",
        "1:8: error: s wants an ADDRESS, for example SourcePeerAddress, for its parameter 'a'"
    )]
    [TestCase(
        "CALL s(DestPeerAddress) ENDCALL; COUNT; SUBROUTINE s(VARIABLE v) RETURN; ENDSUB;",
        "1:8: error: s wants a VARIABLE, for example FlowKind, for its parameter 'v'"
    )]
    [TestCase("CALL s() ENDCALL; COUNT; SUBROUTINE s(VARIABLE v) RETURN; ENDSUB;", "1:6: error: s has 1 parameters, but here are 0 arguments")]
    [TestCase(
        "CALL s(ToOctets) ENDCALL; COUNT; SUBROUTINE s(ADDRESS a) SAVE a; RETURN; ENDSUB;",
        "1:8: error: ToOctets is what a meter measures: it can be neither tested nor saved"
    )]
    public void TC_116_arguments_fit_their_parameters(string program, string expected) => Assert.That(Told(program), Does.Contain(expected));

    [TestCase("COUNT", "1:6: error: expected ';' before the end of the program")]
    [TestCase("IF SourcePeerAddres == 10.1 COUNT;", "1:4: error: 'SourcePeerAddres' is no attribute. Did you mean sourcePeerAddress?")]
    [TestCase("IF SourceTransType = 6 COUNT;", "1:20: error: expected '==' and a value, but here is '='")]
    [TestCase("IF SourceTransType != 6 COUNT;", "1:20: error: expected '==' and a value, but here is '!=': the language has only ==")]
    [TestCase("CUONT;", "1:1: error: 'CUONT' is no statement. Did you mean COUNT?")]
    [TestCase(
        "IF SourceTransType == tpc COUNT;",
        "1:23: error: 'tpc' is no define, and no value that sourceTransType is known to have. Did you mean tcp?"
    )]
    [TestCase("IF SourcePeerType == 1 { COUNT; }; ELSE IGNORE;", "1:36: error: this ELSE has no IF before it")]
    [TestCase("a: { EXIT b; }", "1:11: error: no statement around this one is labelled 'b'")]
    [TestCase("a: { ; } a: { ; } COUNT;", "1:13: error: there is already a statement labelled 'a'")]
    [TestCase("CALL s() 1: COUNT; 1: COUNT; ENDCALL; SUBROUTINE s() RETURN 1; ENDSUB;", "1:20: error: the number 1 stands already in this CALL")]
    [TestCase(
        "CALL s() ENDCALL; SUBROUTINE s() CALL t() ENDCALL; RETURN; ENDSUB; SUBROUTINE t() CALL s() ENDCALL; RETURN; ENDSUB;",
        "error: s calls itself: s, t, s"
    )]
    [TestCase("SUBROUTINE s() SUBROUTINE t() RETURN; ENDSUB; ENDSUB;", "1:16: error: a subroutine cannot be declared inside of something")]
    [TestCase("DEFINE a = 1", "1:1: error: the text of 'a' has no end: expected ';'")]
    [TestCase("DEFINE a=1; DEFINE A=2; COUNT;", "1:20: error: 'A' is already defined, in line 1")]
    [TestCase("SAVE ToOctets;", "1:6: error: ToOctets is what a meter measures: it can be neither tested nor saved")]
    [TestCase("IF SourcePeerAddress == 10.0/33 COUNT;", "1:30: error: the width is 33, but what it is for has 32 bits")]
    [TestCase("IF SourcePeerAddress == 10.0 & 255.255.255.255.255 COUNT;", "error: the mask has 5 octets, but what it is for has 4 octets")]
    [TestCase("IF SourcePeerAddress == 2001:db8:::1 COUNT;", "1:25: error: '2001:db8:::1' is no IPv6 address")]
    [TestCase("IF SourceAdjacentAddress == 00-11-22-33-44-55-66 COUNT;", "error: the value has 7 octets, but sourceAdjacentAddress has 6 octets")]
    [TestCase(
        "SAVE ToPacketSize; COUNT;",
        "1:1: error: ToPacketSize is a distribution: say which, for example SAVE ToPacketSize = 60.0!0 & 1.0.25!1500"
    )]
    [TestCase("IF ToPacketSize == 3 COUNT;", "1:4: error: ToPacketSize is measured where it is saved, and cannot be tested")]
    [TestCase("", "1:1: error: there are no statements in it")]
    [TestCase("INCLUDE \"no/such/file.srl\"; COUNT;", "1:1: error: 'no/such/file.srl' cannot be included: there is no such file")]
    public void Faults_are_told_with_what_was_expected(string program, string expected) => Assert.That(Told(program), Does.Contain(expected));

    [TestCase("IF SourcePeerAddress==130.216.1.1/16 COUNT;", "1:23: warning: the value has bits that the mask drops", Description = "SRL-13")]
    [TestCase("IF SourcePeerAddress==10/8 COUNT;", "1:23: warning: 10 is the first octet of an address", Description = "AMB-24")]
    [TestCase("COUNT; IGNORE;", "1:8: warning: this statement is never reached")]
    [TestCase("a: { EXIT a; COUNT; } COUNT;", "1:14: warning: this statement is never reached")]
    [TestCase("COUNT; SUBROUTINE s() RETURN; ENDSUB;", "1:8: warning: the subroutine 's' is never called")]
    [TestCase(
        "CALL s() 2: COUNT; ENDCALL; COUNT; SUBROUTINE s() RETURN 1; ENDSUB;",
        "1:10: warning: this statement is never reached: s does not return 2"
    )]
    [TestCase(
        "CALL s() ENDCALL; COUNT; SUBROUTINE s() ; ENDSUB;",
        "1:43: warning: s may end without RETURN, which is taken as RETURN",
        Description = "SRL-33"
    )]
    [TestCase("IF SourcePeerAddress==(10.0/8, 10.1/16) COUNT;", "1:32: warning: an operand before this one matches all that it matches")]
    [TestCase("SAVE SourcePeerAddress;", "warning: the program counts nothing")]
    [TestCase("COUNT; FORMAT FlowRuleset \"  \" FlowIndex;", "warning: FORMAT is passed over")]
    public void What_is_odd_is_warned_of(string program, string expected) => Assert.That(Told(program), Does.Contain(expected));

    [TestCase(
        "IF SourcePeerAddress == 130.216/16 COUNT; ELSE IGNORE;",
        "1:48: warning: ignores packets of flows that line 1 counts in the other direction"
    )]
    [TestCase("IF SourcePeerType == IPv4 { IF DestTransAddress == 80 COUNT; IGNORE; } IGNORE;", "1:62: warning: ignores packets")]
    public void Rule_sets_that_count_one_way_and_ignore_the_other_are_warned_of(string program, string expected) =>
        Assert.That(Told(program), Does.Contain(expected));

    [TestCase("IF SourcePeerAddress == 130.216/16 COUNT; ELSE NOMATCH;")]
    [TestCase("IF SourcePeerType == IPv4 SAVE; ELSE IGNORE; SAVE SourcePeerAddress; COUNT;")]
    [TestCase("IF SourcePeerAddress == 10.0/8 && DestPeerAddress == 10.0/8 COUNT; IF SourcePeerAddress == 10.0/8 IGNORE; NOMATCH;")]
    [TestCase("IF DestPeerAddress==130.216/16 NOMATCH; ELSE IF SourcePeerAddress==130.216/16 { SAVE SourcePeerAddress/24; COUNT; } ELSE IGNORE;")]
    [TestCase("IF DestPeerAddress == 224.0/4 IGNORE; IF DestPeerAddress == 255.255.255.255 IGNORE; IF DestPeerAddress == ff02::/16 IGNORE; COUNT;")]
    public void Consistent_rule_sets_are_not(string program) => Assert.That(Told(program), Is.Empty);

    [TestCase("IF SourcePeerType == 1 SAVE\nELSE IGNORE;\nCOUNT;", "1:28: error: expected ';' behind SAVE, before 'ELSE'")]
    [TestCase("IF SourcePeerType == 1 SAVE {\nCOUNT;\n}", "1:28: error: expected ',' behind SAVE, before '{'")]
    [TestCase("IF SourcePeerType == 1 SAVE COUNT;\nIGNORE;", "1:28: error: expected ',' behind SAVE, before 'COUNT'")]
    [TestCase("SAVE SourcePeerAddress\nCOUNT;", "1:23: error: expected ';' before 'COUNT'")]
    [TestCase("SAVE SourcePeerAddress # all\nl: { EXIT l; }\nCOUNT;", "1:23: error: expected ';' before 'l'")]
    [TestCase("{ SAVE SourcePeerAddress }\nCOUNT;", "1:25: error: expected ';' before '}'")]
    [TestCase("CALL s() 1: COUNT\n2: IGNORE; ENDCALL; SUBROUTINE s() RETURN 1; ENDSUB;", "1:18: error: expected ';' before '2'")]
    [TestCase("CALL s() ENDCALL; COUNT\nSUBROUTINE s() RETURN; ENDSUB;", "1:24: error: expected ';' before 'SUBROUTINE'")]
    [TestCase(
        "CALL s() ENDCALL;\nSUBROUTINE s()\nRETURN;\n",
        "4:1: error: expected a statement or 'ENDSUB' for line 2, but here is the end of the program"
    )]
    [TestCase("{\nIF SourcePeerType == 1 {\nCOUNT;\n}", "4:2: error: expected a statement or '}' for line 1, but here is the end of the program")]
    [TestCase(
        "CALL s()\n1: COUNT;\nSAVE SourcePeerAddress;\nCOUNT;\nSUBROUTINE s() RETURN 1; ENDSUB;",
        "3:1: error: expected the number of a return, or ENDCALL for line 1, but here is 'SAVE'"
    )]
    [TestCase(
        "CALL s() COUNT; 2: IGNORE; ENDCALL; SUBROUTINE s() RETURN 2; ENDSUB;",
        "1:10: error: expected the number of a return, or ENDCALL, but here is 'COUNT'"
    )]
    [TestCase(
        "CALL s(SourcePeerType) ENDCALL;\nSUBROUTINE s(a)\nIF a == 1 RETURN;\nRETURN;\nENDSUB;\nCOUNT;",
        "2:14: error: expected ADDRESS or VARIABLE, and a parameter's name, but here is 'a'"
    )]
    [TestCase("FOO = 1\nSUBROUTINE s() RETURN; ENDSUB; CALL s() ENDCALL; COUNT;", "1:1: error: 'FOO' is no statement")]
    public void One_mistake_is_told_once(string program, string expected)
    {
        var told = Told(program);

        Assert.That(told, Does.Contain(expected));
        Assert.That(told.Split('\n').Count(line => line.Contains(": error:")), Is.EqualTo(1), told);
    }

    [TestCase("DEFINE web = (80, 443)\nIF DestTransAddress == 80 COUNT;\nCOUNT;", "1:8: warning: the text of 'web' goes on into a statement")]
    [TestCase("DEFINE a = 10.0/8\nDEFINE b = 11.0/8;\nCOUNT;", "1:8: warning: the text of 'a' goes on into a statement")]
    [TestCase(
        "SAVE SourcePeerAddress = 1.2.3.4 & 255.255; COUNT;",
        "1:26: warning: the value has bits that the mask drops: they are saved as zeros",
        Description = "AMB-35"
    )]
    [TestCase(
        "IF DestTransAddress == 80-90 COUNT; NOMATCH;",
        "1:24: warning: 80-90 is one number of two hexadecimal octets, 32912: there are no ranges"
    )]
    [TestCase("IF dscp == 64 COUNT; NOMATCH;", "1:12: warning: dsCodePoint is at most 63: a test for this never succeeds")]
    [TestCase("IF vlanId == 5000 COUNT; NOMATCH;", "1:14: warning: vlanId is at most 4095: a test for this never succeeds")]
    [TestCase("IF mplsLabel == 1048576 COUNT; NOMATCH;", "1:17: warning: mplsLabel is at most 1048575: a test for this never succeeds")]
    public void What_is_hardly_meant_is_warned_of(string program, string expected) => Assert.That(Told(program), Does.Contain(expected));

    [TestCase("DEFINE nets = (10.0/8,\n  11.0/8);\nIF SourcePeerAddress == nets COUNT; NOMATCH;")]
    [TestCase("DEFINE done = SAVE,\n{ STORE FlowKind := 1\\;\nCOUNT\\; };\nIF SourcePeerType == 1 done NOMATCH;")]
    [TestCase("IF SourcePeerAddress == 0/0 COUNT;")]
    [TestCase("IF SourceTransAddress == FF-00 COUNT; NOMATCH;")]
    [TestCase("IF dscp == (ef, 63) && ecn == ce && vlanId == 4095 && flowLabel == 1048575 COUNT; NOMATCH;")]
    public void What_is_sensible_is_not(string program) => Assert.That(Told(program), Is.Empty);

    [Test]
    public void Several_faults_are_told_in_one_run_in_their_order()
    {
        var told = Told("IF Foo == 1 COUNT;\nSTORE FlowKind := 300;\n\nSAVE Bar;\nCOUNT;\n");

        Assert.That(told.Split('\n').Where(line => line.Contains(": error:")).Select(line => line.Split(':')[1]), Is.EqualTo(["1", "2", "4"]));
    }

    [Test]
    public void A_message_shows_the_line_and_a_caret() =>
        Assert.That(
            Told("SAVE SourcePeerType;\n\tSTORE FlowKind := 300; COUNT;"),
            Is.EqualTo("test.srl:2:20: error: '300' is not a number from 0 to 255\n  \tSTORE FlowKind := 300; COUNT;\n  \t                  ^")
        );

    [Test]
    public void Faults_in_a_define_are_told_where_it_is_used() =>
        Assert.That(
            Told("DEFINE nets = 1.2.3.4.5;\nIF SourceTransAddress == nets COUNT;"),
            Does.Contain("test.srl:2:26: error: the value has 5 octets").And.Contain("(in the text of 'nets')")
        );

    [Test]
    public void Defines_that_double_each_other_are_refused()
    {
        var text = "DEFINE d0 = ;\n" + string.Concat(Enumerable.Range(1, 60).Select(i => $"DEFINE d{i} = d{i - 1} d{i - 1};\n")) + "d60 COUNT;";

        Assert.That(Told(text), Does.Contain("the defines become too long"));
    }

    [TestCase("IF (", 100_000)]
    [TestCase("{", 100_000)]
    [TestCase("IF SourceTransType == (", 100_000)]
    [TestCase("IF SourceTransType == 6 ", 100_000)]
    [TestCase("a&&", 100_000)]
    public void Programs_that_are_deep_beyond_reason_are_refused(string opening, int times) =>
        Assert.That(Told(string.Concat(Enumerable.Repeat(opening, times))), Does.Contain("error:"));

    [Test]
    public void Long_chains_of_else_if_compile()
    {
        var text =
            string.Concat(
                Enumerable.Range(1, 2_000).Select(port => $"IF DestTransAddress == {port} {{ STORE FlowKind := {port % 256}; COUNT; }} ELSE ")
            ) + "NOMATCH;";

        Assert.That(SrlCompiler.Compile(text, "test.srl").RuleSet?.Rules.Length, Is.InRange(2_000, 6_000));
    }

    [Test]
    public void Many_parameters_and_numbers_and_values_take_no_long_time()
    {
        var parameters = string.Join(", ", Enumerable.Range(0, 100_000).Select(i => $"ADDRESS a{i}"));
        var numbers = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"{i}: ;"));
        var returns = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"IF SourceTransAddress == {i} RETURN {i};"));
        var values = string.Join(", ", Enumerable.Range(0, 30_000).Select(i => $"{1 + i / 10_000}.{i / 100 % 100}.{i % 100}.7"));
        var text =
            $"CALL t() {numbers} ENDCALL; IF SourcePeerAddress == ({values}) SAVE, COUNT; NOMATCH; "
            + $"SUBROUTINE s({parameters}) RETURN; ENDSUB; SUBROUTINE t() {returns} RETURN; ENDSUB;";
        var watch = System.Diagnostics.Stopwatch.StartNew();

        Assert.That(SrlCompiler.Compile(text, "test.srl").RuleSet?.Rules.Length, Is.InRange(30_000, 60_000));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(60)));
    }

    [Test]
    public void SRL_43_a_program_of_more_rules_than_can_be_numbered_is_refused()
    {
        var values = string.Join(", ", Enumerable.Range(0, 250_000).Select(value => $"{value % 200}.{value / 200 % 250}.{value / 50_000}.1"));
        var text = $"IF SourcePeerAddress == ({values}) SAVE, COUNT;";

        Assert.That(Told(text), Does.Contain("error: the program becomes too large: more than 65535 rules"));
    }

    private static string Told(string program) => string.Join('\n', SrlCompiler.Compile(program, "test.srl").Diagnostics);
}
