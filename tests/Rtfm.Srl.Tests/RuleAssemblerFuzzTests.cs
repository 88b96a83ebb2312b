using System.Text;

namespace Rtfm.Srl.Tests;

/// <summary>Text that nobody wrote as a rule file.</summary>
[TestFixture]
public sealed class RuleAssemblerFuzzTests
{
    private const string Sample = """
        start: sourcePeerType & 255 = 1: PushRuleTo, Next # comment
        sourcePeerAddress & FFFF:FFFF:: = 2001:db8::1.2.3.4: GotoAct, start
        flowKind/8 = '\x41': AssignAct, 1;
        v1 & 0 = SourcePeerAddress: AssignAct, Next
        sourceAdjacentAddress/48 = 1.3.10!50: Count, 0
        - : NoMatch
        """;

    [Test]
    public void Random_text_never_throws([Values(1, 2, 3, 4)] int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 2_000; round++)
        {
            var text = new StringBuilder();
            for (var i = random.Next(200); i > 0; i--)
                text.Append(random.Next(20) == 0 ? (char)random.Next(0x10000) : (char)random.Next(9, 127));
            Check(text.ToString(), seed, round);
        }
    }

    [Test]
    public void A_rule_file_with_characters_changed_never_throws([Values(1, 2, 3, 4)] int seed)
    {
        const string Alphabet = "&=:,;#/.-!'\\ \t\nx09afN";
        var random = new Random(seed);
        for (var round = 0; round < 2_000; round++)
        {
            var text = new StringBuilder(Sample);
            for (var i = random.Next(1, 8); i > 0; i--)
            {
                var at = random.Next(text.Length);
                if (random.Next(3) == 0)
                    text.Remove(at, Math.Min(random.Next(10), text.Length - at));
                else
                    text.Insert(at, Alphabet[random.Next(Alphabet.Length)]);
                if (text.Length == 0)
                    break;
            }
            Check(text.ToString(), seed, round);
        }
    }

    [Test]
    public void Every_beginning_of_a_rule_file_is_assembled_or_complained_of()
    {
        for (var length = 0; length <= Sample.Length; length++)
            Check(Sample[..length], 0, length);
    }

    /// <summary>Whatever the text: rules or an error, in places that exist, and what is shown fits.</summary>
    private static void Check(string text, int seed, int round)
    {
        var assembled = RuleAssembler.Assemble(text, "f");
        var lines = text.Split('\n');
        var hasErrors = assembled.Diagnostics.Any(each => each.Severity == Severity.Error);

        Assert.That(assembled.RuleSet is null, Is.EqualTo(hasErrors), () => $"seed {seed}, round {round}: {text}");
        foreach (var diagnostic in assembled.Diagnostics)
        {
            Assert.That(diagnostic.Line, Is.InRange(1, lines.Length), () => $"seed {seed}, round {round}: {text}");
            Assert.That(diagnostic.Column, Is.InRange(1, lines[diagnostic.Line - 1].Length + 1), () => $"seed {seed}, round {round}: {text}");
            Assert.That(diagnostic.ToString().Split('\n'), Has.Length.EqualTo(3), () => $"seed {seed}, round {round}: {text}");
        }
    }
}
