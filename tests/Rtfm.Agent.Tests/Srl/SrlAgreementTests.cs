using Rtfm.Agent.Matching;
using Rtfm.Agent.Packets;
using Rtfm.Agent.Tests.Matching;
using Rtfm.Model;
using Rtfm.Srl;
using Rtfm.Srl.Interpretation;
using Rtfm.Srl.Language;

namespace Rtfm.Agent.Tests.Srl;

/// <summary>Programs as they are written, their rules, and their optimised rules count the same.</summary>
[TestFixture]
public sealed class SrlAgreementTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public void Random_programs_save_the_same_optimised_unoptimised_and_as_they_are_written(int seed)
    {
        var programs = new RandomPrograms(seed);
        var packets = new RandomRules(seed);
        var counted = 0;
        for (var number = 0; number < 100; number++)
        {
            var text = programs.Next(8);
            var diagnoser = new Diagnoser();
            var bound = SrlCompiler.TryBind(text, "", diagnoser);
            Assert.That(bound, Is.Not.Null, $"seed {seed}, program {number}:\n{text}\n{string.Join('\n', diagnoser.InOrder())}");
            var written = new ProgramInterpreter(bound!);
            var plain = new CompiledProgram(text, isOptimised: false);
            var optimised = new CompiledProgram(text, isOptimised: true);
            for (var i = 0; i < 24; i++)
            {
                var packet = packets.Packet();
                var isReversed = i % 2 == 1;
                var outcome = written.Run(attribute => Octets(packet, attribute), isReversed);
                var expected = outcome == Opcode.Count ? "Count " + Describe(written.SavedAttributes) : outcome.ToString();
                if (outcome == Opcode.Count)
                    counted++;
                Assert.Multiple(() =>
                {
                    Assert.That(plain.Run(packet, isReversed), Is.EqualTo(expected), $"unoptimised, seed {seed}, program {number}:\n{text}\n{plain}");
                    Assert.That(
                        optimised.Run(packet, isReversed),
                        Is.EqualTo(expected),
                        $"optimised, seed {seed}, program {number}:\n{text}\n{optimised}"
                    );
                });
            }
        }
        Assert.That(counted, Is.GreaterThan(250), "the programs count often enough to say something");
    }

    [Test]
    public void Optimised_programs_are_shorter_on_the_whole()
    {
        var programs = new RandomPrograms(5);
        var (plain, optimised) = (0, 0);
        for (var number = 0; number < 300; number++)
        {
            var text = programs.Next(8);
            plain += SrlCompiler.Compile(text, "", isOptimised: false).RuleSet!.Rules.Length;
            optimised += SrlCompiler.Compile(text, "").RuleSet!.Rules.Length;
        }
        TestContext.Out.WriteLine($"{plain} rules unoptimised, {optimised} optimised");
        Assert.That(optimised, Is.LessThan(plain * 3 / 4));
    }

    /// <summary>A program's rules, run by the meter's engine.</summary>
    private sealed class CompiledProgram
    {
        private readonly RuleSet _ruleSet;
        private readonly PacketMatchingEngine _engine;

        public CompiledProgram(string text, bool isOptimised)
        {
            _ruleSet = SrlCompiler.Compile(text, "", isOptimised: isOptimised).RuleSet!;
            _engine = new PacketMatchingEngine(new RuleProgram(_ruleSet), new KeyShapes());
        }

        public string Run(MatchKey packet, bool isReversed)
        {
            FlowKey key = default;
            var outcome = _engine.Match(packet, isReversed, ref key);
            Assert.That(_engine.Faults, Is.Zero);
            if (outcome != MatchOutcome.Success)
                return outcome.ToString();
            var saved = new Dictionary<FlowAttribute, Saved>();
            foreach (var pushed in _engine.Queue)
            {
                if (pushed.Attribute == FlowAttribute.Null)
                    continue;
                var rule = _ruleSet.Rules[pushed.Rule];
                var value = pushed.IsRuleValue ? rule.Value : new RuleAddress(Masked(packet, pushed, rule.Mask, isReversed));
                saved[pushed.Attribute] = new(rule.Mask, value, pushed.IsRuleValue);
            }
            return "Count " + Describe(saved);
        }

        public override string ToString() => RuleSetWriter.Write(_ruleSet);

        private static byte[] Masked(MatchKey packet, Pushed pushed, RuleAddress mask, bool isReversed)
        {
            var info = FlowAttributes.Get(pushed.Attribute);
            var octets = info.Is(AttributeRoles.Computed) ? [pushed.Computed] : Octets(packet, isReversed ? info.Reverse : pushed.Attribute);
            var masked = new byte[mask.Length];
            for (var i = 0; i < masked.Length && i < octets.Length; i++)
                masked[i] = (byte)(octets[i] & mask.Octets[i]);
            return masked;
        }
    }

    private static byte[] Octets(MatchKey packet, FlowAttribute attribute)
    {
        var field = AttributeField.Of(attribute);
        return field.Kind == FieldKind.Packet
            ? System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<MatchKey>(in packet)).Slice(field.Offset, field.Length).ToArray()
            : [];
    }

    /// <summary>What a save is of no matter of: how the value came there, and bits of it beyond the mask of an address.</summary>
    private static string Describe(IReadOnlyDictionary<FlowAttribute, Saved> saved) =>
        string.Join(' ', saved.OrderBy(each => each.Key).Select(each => $"{each.Key}={Trimmed(each.Value.Value)}&{Trimmed(each.Value.Mask)}"));

    private static string Trimmed(RuleAddress address) => Convert.ToHexString(address.Padded).TrimEnd('0');
}
