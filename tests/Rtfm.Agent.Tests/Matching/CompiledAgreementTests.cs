using System.Globalization;
using Rtfm.Agent.Matching;
using Rtfm.Agent.Packets;
using Rtfm.Model;

namespace Rtfm.Agent.Tests.Matching;

[TestFixture]
public sealed class CompiledAgreementTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Any_rules_at_all_do_the_same_compiled_as_interpreted(int seed)
    {
        var random = new RandomRules(seed);
        var compiled = 0;
        var outcomes = new int[(int)MatchedAs.Fault];
        for (var program = 0; program < 400; program++)
            compiled += Agree(random.Wild(16), random, packets: 30, outcomes) ? 1 : 0;
        Assert.That(compiled, Is.GreaterThan(350), "most rule sets are compiled");
        Assert.That(outcomes[(int)MatchedAs.Forward], Is.GreaterThan(300));
        Assert.That(outcomes[(int)MatchedAs.Reversed], Is.GreaterThan(30));
    }

    /// <summary>Takes minutes: <c>dotnet test -c Release tests/Rtfm.Agent.Tests --filter Name~A_million</c>, with RTFM_PACKETS for another number.</summary>
    [Test]
    [Explicit]
    public void A_million_packets_through_random_rule_sets_do_the_same_compiled_as_interpreted()
    {
        const int PacketsEach = 250;
        var wanted = int.Parse(Environment.GetEnvironmentVariable("RTFM_PACKETS") ?? "1000000", CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("RTFM_SEED") ?? "100", CultureInfo.InvariantCulture);
        var random = new RandomRules(seed);
        var outcomes = new int[(int)MatchedAs.Fault];
        var opcodes = new SortedDictionary<Opcode, int>();
        var (compiled, ruleSets) = (0, 0);
        for (; ruleSets * PacketsEach < wanted; ruleSets++)
        {
            var ruleSet = ruleSets % 2 == 0 ? random.Wild(16) : random.Sane(30);
            foreach (var rule in ruleSet.Rules)
                opcodes[rule.Action] = opcodes.GetValueOrDefault(rule.Action) + 1;
            compiled += Agree(ruleSet, random, PacketsEach, outcomes) ? 1 : 0;
        }
        TestContext.Out.WriteLine($"{ruleSets * PacketsEach} packets, {ruleSets} rule sets of which {compiled} compiled, seed {seed}");
        TestContext.Out.WriteLine(string.Join(", ", opcodes.Select(each => $"{each.Key} {each.Value}")));
        TestContext.Out.WriteLine(string.Join(", ", outcomes.Select((packets, outcome) => $"{(MatchedAs)outcome} {packets}")));
        Assert.That(opcodes.Keys, Is.EquivalentTo(Enum.GetValues<Opcode>()));
    }

    [TestCase(4)]
    [TestCase(5)]
    public void Rules_as_compilers_make_them_do_the_same_compiled_as_interpreted(int seed)
    {
        var random = new RandomRules(seed);
        var outcomes = new int[(int)MatchedAs.Fault];
        for (var program = 0; program < 400; program++)
            Assert.That(Agree(random.Sane(30), random, packets: 200, outcomes), "it is compiled");
        Assert.That(outcomes[(int)MatchedAs.Forward], Is.GreaterThan(10_000));
    }

    [Test]
    public void A_long_list_of_addresses_does_the_same_compiled_as_interpreted()
    {
        var rules = new List<Rule>();
        for (var i = 0; i < 5_000; i++)
        {
            RuleAddress value = new([10, 0, (byte)(i >> 8), (byte)i]);
            rules.Add(new(FlowAttribute.SourcePeerAddress, new([255, 255, 255, 255]), value, Opcode.GotoAct, 5_002));
        }
        rules.Add(new(FlowAttribute.Null, new([0, 0]), new([0, 0]), Opcode.NoMatch, 1));
        rules.Add(new(FlowAttribute.SourcePeerAddress, new([255, 255, 0, 0]), new([0, 0]), Opcode.CountPkt, 1));
        var shapes = new KeyShapes();
        var engine = new RuleSetEngine(new("list", [.. rules]), shapes);
        var reference = new RuleSetEngine(new("list", [.. rules]), shapes, isInterpreted: true);
        Assert.That(engine.IsCompiled);
        var random = new Random(6);
        var keys = new MatchKey[1_000];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = FlowHarness.Packet($"10.0.{random.Next(30)}.{random.Next(256)}:1>10.0.{random.Next(30)}.{random.Next(256)}:2 60");
        Compare(engine, reference, keys, new int[(int)MatchedAs.Fault], "list");
    }

    [Test]
    public void PME_15_a_loop_is_cut_off_and_counted_for_both_attempts()
    {
        var engine = new RuleSetEngine(RuleNotation.Parse("1 - GotoAct 2; 2 - GotoAct 1"), new KeyShapes());
        var results = new MatchResult[1];
        engine.Match([FlowHarness.Packet("A:1>B:2 60")], results);
        Assert.That(engine.IsCompiled);
        Assert.That(results[0].Outcome, Is.EqualTo(MatchedAs.Unmatched));
        Assert.That(engine.Faults, Is.EqualTo(2));
    }

    [Test]
    public void PME_15_a_loop_that_some_packets_take_is_cut_off_for_those()
    {
        // Rule 2 goes back to rule 1 for port 1 only; others are counted.
        var engine = new RuleSetEngine(
            RuleNotation.Parse("1 STT/8=6 GotoAct 2; 2 - Goto 3; 3 STA/16=1 GotoAct 1; 4 SPT/8=0 CountPkt"),
            new KeyShapes()
        );
        var results = new MatchResult[2];
        engine.Match([FlowHarness.Packet("A:1>B:1 60"), FlowHarness.Packet("A:2>B:2 60")], results);
        Assert.That(engine.IsCompiled);
        Assert.That(results[0].Outcome, Is.EqualTo(MatchedAs.Unmatched));
        Assert.That(engine.Faults, Is.EqualTo(2));
    }

    [Test]
    public void A_rule_set_whose_ways_multiply_is_interpreted()
    {
        // Each rule pushes or not: 2^40 ways.
        var rules = new List<Rule>();
        for (var i = 0; i < 40; i++)
        {
            RuleAddress mask = new([(byte)(1 << i % 8)]);
            var attribute = KeyAttributes[i % KeyAttributes.Length];
            rules.Add(new(attribute, mask, mask, Opcode.PushPktTo, i + 2));
        }
        rules.Add(new(FlowAttribute.SourcePeerType, new([255]), new([0]), Opcode.CountPkt, 1));
        Assert.That(new RuleSetEngine(new("many ways", [.. rules]), new KeyShapes()).IsCompiled, Is.False);
    }

    private static readonly FlowAttribute[] KeyAttributes =
    [
        .. FlowAttributes.All.Where(each => each.Is(AttributeRoles.Testable | AttributeRoles.Package) && each.Size > 0).Select(each => each.Number),
    ];

    /// <returns>True where the rule set was compiled.</returns>
    private static bool Agree(RuleSet ruleSet, RandomRules random, int packets, int[] outcomes)
    {
        var shapes = new KeyShapes();
        var engine = new RuleSetEngine(ruleSet, shapes);
        var reference = new RuleSetEngine(ruleSet, shapes, isInterpreted: true);
        var keys = new MatchKey[packets];
        for (var i = 0; i < packets; i++)
            keys[i] = random.Packet();
        if (packets > 3)
            keys[3].Unparsed = UnparsedReason.LinkHeaderCutOff;
        Compare(engine, reference, keys, outcomes, string.Join("; ", ruleSet.Rules));
        return engine.IsCompiled;
    }

    private static void Compare(RuleSetEngine engine, RuleSetEngine reference, MatchKey[] keys, int[] outcomes, string what)
    {
        var results = new MatchResult[keys.Length];
        var expected = new MatchResult[keys.Length];
        engine.Match(keys, results);
        reference.Match(keys, expected);
        for (var i = 0; i < keys.Length; i++)
        {
            outcomes[(int)expected[i].Outcome]++;
            Assert.That(results[i].Outcome, Is.EqualTo(expected[i].Outcome), what);
            if (expected[i].Outcome is not (MatchedAs.Forward or MatchedAs.Reversed))
                continue;
            Assert.That(results[i].Shape, Is.EqualTo(expected[i].Shape), what);
            Assert.That(results[i].Key.SequenceEqual(expected[i].Key), what);
            Assert.That(engine.Plans.StatisticsOf(results[i])?.Requests, Is.EqualTo(reference.Plans.StatisticsOf(expected[i])?.Requests), what);
        }
        Assert.That(engine.Faults, Is.EqualTo(reference.Faults), what);
    }
}
