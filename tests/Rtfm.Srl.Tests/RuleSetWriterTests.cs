using System.Collections.Immutable;
using Rtfm.Model;

namespace Rtfm.Srl.Tests;

/// <summary>Rule sets as text, and back.</summary>
[TestFixture]
public sealed class RuleSetWriterTests
{
    private static readonly FlowAttribute[] Selectors =
    [
        .. FlowAttributes.All.Where(each => each.Is(AttributeRoles.Testable)).Select(each => each.Number),
    ];

    [Test]
    public void A_rule_set_is_written_as_people_write_it()
    {
        var text = RuleSetWriter.Write(Assemble("sourcePeerAddress & 255.255 = 130.216: GotoAct, 2\ndestTransAddress/16 = 80: Count\n-: NoMatch"));

        Assert.That(
            text,
            Is.EqualTo("sourcePeerAddress/16 = 130.216.0.0: GotoAct, 2  # 1\ndestTransAddress/16 = 80: Count  # 2\nnull: NoMatch  # 3\n")
        );
    }

    [Test]
    public void The_built_in_rule_set_survives_being_written_and_read()
    {
        Assert.That(Assemble(RuleSetWriter.Write(RuleSet.BuiltIn)).Rules, Is.EqualTo(RuleSet.BuiltIn.Rules));
    }

    [Test]
    public void Any_rule_set_that_a_meter_takes_survives_being_written_and_read([Values(1, 2, 3, 4, 5, 6, 7, 8)] int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 50; round++)
        {
            var ruleSet = RandomRuleSet(random);
            var text = RuleSetWriter.Write(ruleSet);

            var assembled = RuleAssembler.Assemble(text, "f");

            Assert.That(
                assembled.RuleSet?.Rules,
                Is.EqualTo(ruleSet.Rules),
                () => $"seed {seed}, round {round}:\n{text}\n{string.Join('\n', assembled.Diagnostics)}"
            );
        }
    }

    private static RuleSet Assemble(string text) => RuleAssembler.Assemble(text, "f").RuleSet!;

    private static RuleSet RandomRuleSet(Random random)
    {
        var size = random.Next(1, 40);
        var rules = ImmutableArray.CreateBuilder<Rule>(size);
        for (var i = 0; i < size; i++)
        {
            var selector = Selectors[random.Next(Selectors.Length)];
            var action = (Opcode)random.Next(1, 18);
            var parameter = action is Opcode.Return ? random.Next(1, 65_536) : random.Next(1, size + 1);
            rules.Add(new Rule(selector, RandomMask(random, selector), RandomAddress(random, RuleAddress.MaxLength), action, parameter));
        }
        return new RuleSet("random", rules.ToImmutable());
    }

    /// <summary>Prefixes, which people write, and anything else; no longer than the attribute, but for zeros.</summary>
    private static RuleAddress RandomMask(Random random, FlowAttribute selector)
    {
        var size = FlowAttributes.Get(selector).Size;
        var longest = FlowAttributes.IsMeterVariable(selector) || selector == FlowAttribute.Null ? RuleAddress.MaxLength : size;
        if (random.Next(2) == 0)
        {
            var octets = RandomAddress(random, RuleAddress.MaxLength).Octets.ToArray();
            octets.AsSpan(Math.Min(longest, octets.Length)).Clear();
            return new RuleAddress(octets);
        }
        var width = random.Next(longest * 8 + 1);
        var mask = new byte[random.Next(Math.Max(2, (width + 7) / 8), RuleAddress.MaxLength + 1)];
        for (var bit = 0; bit < width; bit++)
            mask[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return new RuleAddress(mask);
    }

    private static RuleAddress RandomAddress(Random random, int longest)
    {
        var octets = new byte[random.Next(2) == 0 ? random.Next(2, longest + 1) : new[] { 2, 4, 6, 16 }[random.Next(4)]];
        if (random.Next(3) > 0)
            random.NextBytes(octets);
        return new RuleAddress(octets);
    }
}
