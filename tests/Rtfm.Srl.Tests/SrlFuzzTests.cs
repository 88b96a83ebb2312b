using Rtfm.Srl.Formatting;

namespace Rtfm.Srl.Tests;

/// <summary>Whatever is given as a program, the compiler answers.</summary>
[TestFixture]
public sealed class SrlFuzzTests
{
    private static readonly string[] Pieces =
    [
        "if",
        "else",
        "save",
        "count",
        "exit",
        "ignore",
        "nomatch",
        "return",
        "store",
        "subroutine",
        "endsub",
        "address",
        "variable",
        "call",
        "endcall",
        "define",
        "include",
        "set",
        "format",
        "SourcePeerAddress",
        "DestTransAddress",
        "FlowKind",
        "MatchingStoD",
        "FlowRuleset",
        "vlanId",
        "ToPacketSize",
        "x",
        "y",
        "s",
        "==",
        "=",
        ":=",
        "&&",
        "||",
        "&",
        "/",
        ":",
        ";",
        ",",
        "(",
        ")",
        "{",
        "}",
        "'",
        "'a'",
        "\"",
        "\\",
        "#",
        "\n",
        " ",
        "\0",
        "é",
        "\uFEFF",
        "80",
        "10.1/16",
        "fe80::1",
        "::",
        ":::",
        "AA-00",
        "1.3.10!50",
        "255.255",
        "999999999999",
        "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20.21",
        "define x = y;",
        "define y = x x;",
        "subroutine s (address a)",
        "call s (SourcePeerAddress) 1: ",
        "a: {",
    ];

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Any_words_in_any_order_give_rules_or_say_why_not(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 1_500; i++)
        {
            var words = Enumerable.Range(0, random.Next(1, 40)).Select(_ => Pieces[random.Next(Pieces.Length)]);
            var text = string.Join(random.Next(3) == 0 ? "" : " ", words);

            var compiled = SrlCompiler.Compile(text, "");

            if (compiled.RuleSet is null)
                Assert.That(compiled.Diagnostics.Any(each => each.Severity == Severity.Error), text);
            Assert.That(() => string.Join('\n', compiled.Diagnostics), Throws.Nothing, text);
            Assert.That(() => SrlFormatter.Format(SrlFormatter.Format(text)), Throws.Nothing, text);
        }
    }

    [Test]
    public void Any_beginning_of_a_program_gives_rules_or_says_why_not()
    {
        const string text = """
            define nets = (10.0/8, 192.168/16);
            outer: { if SourcePeerAddress == nets && (DestTransAddress == 80 || FlowKind == 'a') save, { store FlowKind := '\n'; exit outer; } }
            call s (DestPeerAddress, FlowKind) 1: 2: count; endcall;
            subroutine s (address a, variable v) if a == 2001:db8::/32 & ffff:: return 1; else store v := 7; return; endsub;
            """;
        for (var length = 0; length < text.Length; length++)
        {
            var compiled = SrlCompiler.Compile(text[..length], "");
            if (compiled.RuleSet is null)
                Assert.That(compiled.Diagnostics.Any(each => each.Severity == Severity.Error), text[..length]);
        }
    }
}
