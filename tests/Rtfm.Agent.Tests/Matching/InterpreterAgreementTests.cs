using Rtfm.Agent.Matching;
using Rtfm.Agent.Packets;
using Rtfm.Model;

namespace Rtfm.Agent.Tests.Matching;

[TestFixture]
public sealed class InterpreterAgreementTests
{
    private static readonly FlowAttribute[] Selectors =
    [
        .. FlowAttributes
            .All.Where(each =>
                each.Is(AttributeRoles.Testable)
                && each.Number is not (FlowAttribute.SourceSubscriberId or FlowAttribute.DestSubscriberId or FlowAttribute.SessionId)
            )
            .Select(each => each.Number),
    ];

    [TestCase(11)]
    [TestCase(12)]
    [TestCase(13)]
    public void Random_programs_on_random_packets_do_what_the_pseudo_code_says(int seed)
    {
        var random = new Random(seed);
        var successes = 0;
        for (var program = 0; program < 1_500; program++)
        {
            var ruleSet = new RuleSet("random", [.. Enumerable.Range(0, random.Next(1, 15)).Select(_ => RandomRule(random))]);
            var engine = new PacketMatchingEngine(new RuleProgram(ruleSet), new KeyShapes());
            var reference = new ReferenceInterpreter(ruleSet);
            for (var i = 0; i < 6; i++)
            {
                var packet = RandomPacket(random);
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
        Assert.That(successes, Is.GreaterThan(500), "the programs count often enough to say something");
    }

    private static SortedDictionary<FlowAttribute, string> Describe(FlowKey key)
    {
        var described = new SortedDictionary<FlowAttribute, string>();
        foreach (var attribute in FlowAttributes.All)
        {
            var slot = KeySlots.Of(attribute.Number);
            if (slot < 0 || !key.Shape!.TryFind(slot, out var offset, out var length))
                continue;
            var value = Convert.ToHexString(key.Octets.Slice(offset, length));
            var mask = key.Shape.Mask(slot);
            described[attribute.Number] = mask.IsEmpty ? value : $"{value}&{Convert.ToHexString(mask)}";
        }
        return described;
    }

    private static Rule RandomRule(Random random)
    {
        // Few values and masks, so that tests succeed often.
        byte[][] masks =
        [
            [0, 0],
            [0xFF, 0],
            [0xFF, 0xFF],
            [0xF0, 0],
            [0xFF, 0xFF, 0xFF, 0xFF],
        ];
        var action = (Opcode)random.Next(1, 18);
        var value = action is Opcode.Assign or Opcode.AssignAct
            ? [(byte)Selectors[random.Next(Selectors.Length)], 0]
            : new[] { (byte)random.Next(3), (byte)random.Next(2) };
        return new Rule(
            Selectors[random.Next(Selectors.Length)],
            new RuleAddress(masks[random.Next(masks.Length)]),
            new RuleAddress(value),
            action,
            random.Next(1, 16)
        );
    }

    private static MatchKey RandomPacket(Random random)
    {
        MatchKey key = default;
        key.PeerLength = random.Next(2) == 0 ? (byte)4 : (byte)16;
        key.AdjacentLength = 6;
        Fill(ref key.Source, random, key.PeerLength);
        Fill(ref key.Dest, random, key.PeerLength);
        return key;
    }

    private static void Fill(ref Endpoint end, Random random, int peerLength)
    {
        for (var i = 0; i < peerLength; i++)
            end.PeerAddress[i] = (byte)random.Next(3);
        for (var i = 0; i < 6; i++)
            end.AdjacentAddress[i] = (byte)random.Next(3);
        end.TransAddressHigh = (byte)random.Next(3);
        end.TransAddressLow = (byte)random.Next(3);
        end.Interface = (byte)random.Next(3);
        end.AdjacentType = (byte)random.Next(3);
        end.PeerType = (byte)random.Next(3);
        end.TransType = (byte)random.Next(3);
    }
}
