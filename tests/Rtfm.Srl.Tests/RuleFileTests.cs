using Rtfm.Testing;

namespace Rtfm.Srl.Tests;

/// <summary>Rule files on disk, those of the documentation among them.</summary>
[TestFixture]
public sealed class RuleFileTests
{
    private static IEnumerable<string> Examples =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs", "rulesets")).Select(path => Path.GetFileName(path));

    [TestCaseSource(nameof(Examples))]
    public void An_example_becomes_rules_without_a_word(string name)
    {
        var assembled = RuleSource.Read(Path.Combine(Repository.Root, "docs", "rulesets", name));

        Assert.That(assembled.Diagnostics, Is.Empty);
        Assert.That(assembled.RuleSet!.Name, Is.EqualTo(Path.GetFileNameWithoutExtension(name)));
    }

    [Test]
    public void The_examples_that_the_documentation_names_are_there()
    {
        Assert.That(Examples, Is.SupersetOf(new[] { "five-tuple.srl", "host-pairs.srl", "peer-types.rules" }));
    }

    [Test]
    public void AMB_41_the_example_of_peer_types_is_the_built_in_rule_set()
    {
        var assembled = RuleAssembler.AssembleFile(Path.Combine(Repository.Root, "docs", "rulesets", "peer-types.rules"));

        Assert.That(assembled.RuleSet!.Rules, Is.EqualTo(Model.RuleSet.BuiltIn.Rules));
    }

    [Test]
    public void A_file_with_a_byte_order_mark_is_read()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "null: Count\n", System.Text.Encoding.UTF8);
            Assert.That(RuleAssembler.AssembleFile(path).Diagnostics, Is.Empty);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void A_file_without_an_end_is_refused()
    {
        Assert.That(RuleAssembler.AssembleFile("/dev/zero").Diagnostics.Single().Message, Does.StartWith("the file is longer than"));
    }

    [Test]
    public void A_file_that_is_not_there_is_said_so()
    {
        Assert.That(() => RuleAssembler.AssembleFile("/nowhere/at.rules"), Throws.InstanceOf<IOException>());
    }
}
