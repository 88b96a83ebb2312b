using Rtfm.Agent.Packets;
using Rtfm.Model;

namespace Rtfm.Agent.Tests.Matching;

/// <summary>Rule sets and packets with few different values, so that tests succeed about as often as they fail.</summary>
internal sealed class RandomRules(int seed)
{
    private static readonly FlowAttribute[] Selectors =
    [
        .. FlowAttributes.All.Where(each => each.Is(AttributeRoles.Testable)).Select(each => each.Number),
    ];

    private static readonly byte[][] Masks =
    [
        [0, 0],
        [0xFF, 0],
        [0xFF, 0xFF],
        [0xF0, 0],
        [0xFF, 0xFF, 0xFF, 0xFF],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        [.. Enumerable.Repeat((byte)0xFF, 16)],
        [.. Enumerable.Repeat((byte)0xFF, 20)],
    ];

    private readonly Random _random = new(seed);

    /// <summary>Any rules at all: loops, jumps to nowhere, Return without Gosub.</summary>
    public RuleSet Wild(int most) => new("wild", [.. Enumerable.Range(0, _random.Next(1, most)).Select(_ => Rule(_random.Next(1, most + 1)))]);

    /// <summary>Rules that only go forward, mostly push, and end with a count: what compilers make.</summary>
    public RuleSet Sane(int most)
    {
        var size = _random.Next(2, most);
        var rules = new List<Rule>();
        for (var number = 1; number < size; number++)
        {
            var rule = Rule(Math.Min(number + _random.Next(1, 4), size));
            var action = _random.Next(10) switch
            {
                0 => Opcode.Ignore,
                1 => Opcode.NoMatch,
                2 => Opcode.GotoAct,
                3 => Opcode.Goto,
                4 => Opcode.PushRuleToAct,
                _ => Opcode.PushPktToAct,
            };
            rules.Add(rule with { Action = action });
        }
        rules.Add(Rule(1) with { Action = Opcode.CountPkt });
        return new("sane", [.. rules]);
    }

    public MatchKey Packet()
    {
        MatchKey key = default;
        key.PeerLength = _random.Next(4) switch
        {
            0 => 16,
            1 => 0,
            _ => 4,
        };
        key.AdjacentLength = _random.Next(4) == 0 ? (byte)0 : (byte)6;
        key.InnerLength = _random.Next(2) == 0 ? (byte)4 : (byte)16;
        Fill(ref key.Source, key.PeerLength);
        Fill(ref key.Dest, key.PeerLength);
        key.VlanId = (ushort)(Small() | Small() << 8);
        key.MplsLabel.Set((uint)(Small() | Small() << 8 | Small() << 16));
        key.FlowLabel.Set((uint)(Small() | Small() << 8 | Small() << 16));
        (key.DSCodePoint, key.Ecn, key.TimeToLive, key.Fragment) = (Small(), Small(), Small(), Small());
        (key.TcpFlags, key.IcmpType, key.IcmpCode) = (Small(), Small(), Small());
        (key.TunnelType, key.InnerPeerType, key.TunnelId) = (Small(), Small(), (uint)(Small() | Small() << 8));
        for (var i = 0; i < key.InnerLength; i++)
            (key.SourceInnerAddress[i], key.DestInnerAddress[i]) = (Small(), Small());
        key.NetworkOctets = key.AdjacentOctets = 60;
        return key;
    }

    private byte Small() => (byte)_random.Next(3);

    private Rule Rule(int parameter)
    {
        var selector = Selectors[_random.Next(Selectors.Length)];
        var action = (Opcode)_random.Next(1, 18);
        byte[] value = [Small(), (byte)_random.Next(2)];
        if (action is Opcode.Assign or Opcode.AssignAct)
        {
            // Assignments to what is no variable do nothing; one in ten is enough of those.
            selector = _random.Next(10) == 0 ? selector : (FlowAttribute)((int)FlowAttribute.V1 + _random.Next(5));
            value = [(byte)Selectors[_random.Next(Selectors.Length)], 0];
        }
        return new Rule(selector, new RuleAddress(Masks[_random.Next(Masks.Length)]), new RuleAddress(value), action, parameter);
    }

    private void Fill(ref Endpoint end, int peerLength)
    {
        for (var i = 0; i < peerLength; i++)
            end.PeerAddress[i] = Small();
        for (var i = 0; i < 6; i++)
            end.AdjacentAddress[i] = Small();
        (end.TransAddressHigh, end.TransAddressLow) = (Small(), Small());
        (end.Interface, end.AdjacentType, end.PeerType, end.TransType) = (Small(), Small(), Small(), Small());
    }
}
