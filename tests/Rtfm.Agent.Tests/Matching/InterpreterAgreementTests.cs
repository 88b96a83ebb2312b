using Rtfm.Agent.Matching;
using Rtfm.Model;

namespace Rtfm.Agent.Tests.Matching;

[TestFixture]
public sealed class InterpreterAgreementTests
{
    [TestCase(11)]
    [TestCase(12)]
    [TestCase(13)]
    public void Random_programs_on_random_packets_do_what_the_pseudo_code_says(int seed)
    {
        var random = new RandomRules(seed);
        var successes = 0;
        for (var program = 0; program < 500; program++)
        {
            var ruleSet = random.Wild(15);
            var engine = new PacketMatchingEngine(new RuleProgram(ruleSet), new KeyShapes());
            var reference = new ReferenceInterpreter(ruleSet);
            for (var i = 0; i < 6; i++)
            {
                var packet = random.Packet();
                FlowKey key = default;
                var outcome = engine.Match(packet, i % 2 == 1, ref key);
                var expected = reference.Match(packet, i % 2 == 1, out var expectedKey);
                Assert.That(outcome, Is.EqualTo(expected), $"seed {seed}, program {program}: {string.Join("; ", ruleSet.Rules)}");
                if (outcome != MatchOutcome.Success)
                    continue;
                successes++;
                Assert.That(Describe(key), Is.EqualTo(expectedKey), $"seed {seed}, program {program}: {string.Join("; ", ruleSet.Rules)}");
            }
        }
        Assert.That(successes, Is.GreaterThan(150), "the programs count often enough to say something");
    }

    private static SortedDictionary<FlowAttribute, string> Describe(FlowKey key)
    {
        var described = new SortedDictionary<FlowAttribute, string>();
        foreach (var attribute in FlowAttributes.All)
        {
            var slot = KeySlots.Of(attribute.Number);
            if (slot < 0 || attribute.Syntax == AttributeSyntax.Octets || !key.Shape!.TryFind(slot, out var offset, out var length))
                continue;
            var value = Convert.ToHexString(key.Octets.Slice(offset, length));
            var mask = key.Shape.Mask(slot);
            described[attribute.Number] = mask.IsEmpty ? value : $"{value}&{Convert.ToHexString(mask)}";
        }
        return described;
    }
}
