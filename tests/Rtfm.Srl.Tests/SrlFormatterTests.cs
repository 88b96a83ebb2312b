using Rtfm.Srl.Formatting;
using Rtfm.Testing;

namespace Rtfm.Srl.Tests;

[TestFixture]
public sealed class SrlFormatterTests
{
    private static IEnumerable<string> Examples => Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs", "rulesets"), "*.srl");

    [TestCaseSource(nameof(Examples))]
    public void The_examples_are_laid_out_as_it_does(string path) =>
        Assert.That(SrlFormatter.Format(File.ReadAllText(path)), Is.EqualTo(File.ReadAllText(path)));

    [Test]
    public void A_program_is_laid_out()
    {
        const string text = """
            DEFINE  my_net=130.216/16 ; # ours
            IF sourcepeeraddress==my_net&&DestTransAddress  ==( 80,443 )save,{
            STORE FlowKind:='x'; # a comment



            # another
            if SourcePeerAddress == fe80::1/64 exit outer;else
            ignore;
            }
            CALL s(SourcePeerAddress)
            1:2: count;
            ENDCALL;
            SUBROUTINE s(ADDRESS a)
            if a==10.1&255.255
            save;
            return 1;
            ENDSUB;
            """;
        const string expected = """
            define my_net = 130.216/16 ;  # ours
            if SourcePeerAddress == my_net && DestTransAddress == (80, 443) save, {
              store FlowKind := 'x';  # a comment

              # another
              if SourcePeerAddress == fe80::1/64 exit outer; else
                ignore;
            }
            call s (SourcePeerAddress)
              1: 2: count;
            endcall;
            subroutine s (address a)
              if a == 10.1 & 255.255
                save;
              return 1;
            endsub;

            """;
        Assert.That(SrlFormatter.Format(text), Is.EqualTo(expected));
    }

    [TestCase("SAVE SourcePeerAddress = 1.2.3.4&255.255.0.0;COUNT;")]
    [TestCase("outer:{IF SourcePeerAddress==2001:db8::/32 EXIT outer;}COUNT;")]
    [TestCase("STORE FlowKind:='#'; # x ' ; {\nCOUNT;")]
    [TestCase("define go=save,{store FlowKind:='X'\\;count\\;}; if DestTransAddress==(80,(20,21)) go else nomatch;")]
    [TestCase("define a=1,\n 2; if SourceInterface==(a)count;")]
    [TestCase("if SourceAdjacentAddress==AA-00-04-00-00-00 count;")]
    [TestCase("if SourceTransType==6&&(DestTransAddress==80||DestTransAddress==ftp-data)save;count;")]
    public void The_program_stays_the_same(string text)
    {
        var formatted = SrlFormatter.Format(text);

        Assert.That(
            SrlCompiler.Compile(formatted, "").RuleSet?.Rules,
            Is.Not.Null.And.EqualTo(SrlCompiler.Compile(text, "").RuleSet!.Rules),
            formatted
        );
        Assert.That(SrlFormatter.Format(formatted), Is.EqualTo(formatted));
    }
}
