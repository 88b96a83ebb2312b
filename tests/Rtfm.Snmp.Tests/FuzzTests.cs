using Rtfm.Snmp.Fuzz;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests;

/// <summary>A short run of the fuzzer; longer ones are started by hand (docs/internals.md).</summary>
[TestFixture]
public sealed class FuzzTests
{
    private static readonly string Messages = Path.Combine(Repository.Root, "tests", "Rtfm.Snmp.Fuzz", "corpus");

    [Test]
    public void Whatever_is_received_nothing_throws_takes_long_or_is_answered_with_what_cannot_be_read()
    {
        var wrong = new List<string>();
        var fuzzer = new Fuzzer(Corpus.Load(Messages), seed: 1, (input, fault) => wrong.Add($"{Convert.ToHexString(input)}: {fault}"));
        fuzzer.Run(200_000, CancellationToken.None);
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Every_message_of_the_corpus_is_as_it_is_made_now()
    {
        // Encrypted ones begin with a salt that is another each time; their names and lengths stay.
        var made = SeedMessages.All().Select(each => $"{each.Name}.bin {each.Message.Length}");
        var kept = Directory.GetFiles(Messages).Select(path => $"{Path.GetFileName(path)} {new FileInfo(path).Length}");
        Assert.That(kept, Is.EquivalentTo(made));
    }
}
