using Rtfm.Agent.Matching;
using Rtfm.Agent.Packets;
using Rtfm.Model;

namespace Rtfm.Agent.Tests.Matching;

/// <summary>The packet matching engine written down a second time, straight from the checklist's pseudo-code (B.2), slow and plain.</summary>
internal sealed class ReferenceInterpreter(RuleSet ruleSet)
{
    /// <summary>Runs one attempt; on success the pushed attributes, last value first come.</summary>
    public MatchOutcome Match(MatchKey packet, bool reversed, out SortedDictionary<FlowAttribute, string> key)
    {
        key = [];
        var test = true;
        var pc = 1;
        var queue = new List<(FlowAttribute Attribute, RuleAddress Mask, byte[] Value)>();
        var stack = new Stack<(int Rule, FlowAttribute[] Variables)>();
        var v = new FlowAttribute[5];
        for (var steps = PacketMatchingEngine.MaxSteps + ruleSet.Rules.Length; steps > 0; steps--)
        {
            if (pc < 1 || pc > ruleSet.Rules.Length)
                return MatchOutcome.NoMatch;
            var rule = ruleSet.Rules[pc - 1];
            var isAssign = rule.Action is Opcode.Assign or Opcode.AssignAct;
            var attribute = FlowAttributes.IsMeterVariable(rule.Selector) && !isAssign ? v[rule.Selector - FlowAttribute.V1] : rule.Selector;
            if (test && !Succeeds(rule, attribute, packet, reversed, queue, v))
            {
                pc++;
                continue;
            }
            test = rule.Action is Opcode.Gosub or Opcode.Assign or Opcode.Goto or Opcode.PushRuleTo or Opcode.PushPktTo or Opcode.PopTo;
            switch (rule.Action)
            {
                case Opcode.Ignore:
                    return MatchOutcome.Ignore;
                case Opcode.NoMatch:
                    return MatchOutcome.NoMatch;
                case Opcode.Count or Opcode.CountPkt:
                    Push(rule.Action == Opcode.Count);
                    if (queue.Count > 256)
                        return MatchOutcome.NoMatch;
                    foreach (var (pushed, mask, value) in queue)
                        Store(key, pushed, mask, value, packet);
                    return MatchOutcome.Success;
                case Opcode.Return:
                    if (stack.Count == 0)
                        return MatchOutcome.NoMatch;
                    (var gosub, v) = stack.Pop();
                    pc = gosub + rule.Parameter;
                    continue;
                case Opcode.Gosub or Opcode.GosubAct:
                    if (stack.Count == 64)
                        return MatchOutcome.NoMatch;
                    stack.Push((pc, (FlowAttribute[])v.Clone()));
                    break;
                case Opcode.Assign or Opcode.AssignAct:
                    if (FlowAttributes.IsMeterVariable(rule.Selector))
                    {
                        var number = (FlowAttribute)rule.Value.Padded[0];
                        v[rule.Selector - FlowAttribute.V1] = FlowAttributes.IsMeterVariable(number) ? v[number - FlowAttribute.V1] : number;
                    }
                    break;
                case Opcode.PushRuleTo or Opcode.PushRuleToAct or Opcode.PushPktTo or Opcode.PushPktToAct:
                    Push(rule.Action is Opcode.PushRuleTo or Opcode.PushRuleToAct);
                    if (queue.Count > 256)
                        return MatchOutcome.NoMatch;
                    break;
                case Opcode.PopTo or Opcode.PopToAct:
                    if (queue.Count > 0)
                        queue.RemoveAt(queue.Count - 1);
                    break;
            }
            pc = rule.Parameter;

            void Push(bool isRuleValue) =>
                queue.Add(
                    (attribute, rule.Mask, isRuleValue ? rule.Value.Padded.ToArray() : And(ValueOf(attribute, packet, reversed, queue), rule.Mask))
                );
        }
        return MatchOutcome.NoMatch;
    }

    private static bool Succeeds(
        Rule rule,
        FlowAttribute attribute,
        MatchKey packet,
        bool reversed,
        List<(FlowAttribute Attribute, RuleAddress Mask, byte[] Value)> queue,
        FlowAttribute[] v
    )
    {
        if (attribute == FlowAttribute.Null || rule.Mask.IsZero)
            return true;
        if (attribute == FlowAttribute.MatchingStoD)
            return (reversed ? new byte[] { 0, 2 } : [1]).Any(each =>
                And([each, .. new byte[19]], rule.Mask).SequenceEqual(rule.Value.Padded.ToArray())
            );
        var value = FlowAttributes.IsMeterVariable(attribute)
            ? [(byte)v[attribute - FlowAttribute.V1], .. new byte[19]]
            : ValueOf(attribute, packet, reversed, queue);
        return And(value, rule.Mask).SequenceEqual(rule.Value.Padded.ToArray());
    }

    private static byte[] ValueOf(
        FlowAttribute attribute,
        MatchKey packet,
        bool reversed,
        List<(FlowAttribute Attribute, RuleAddress Mask, byte[] Value)> queue
    )
    {
        var info = FlowAttributes.Find(attribute);
        if (info?.Is(AttributeRoles.Computed) == true)
            return [queue.LastOrDefault(each => each.Attribute == attribute).Value?[0] ?? 0, .. new byte[19]];
        if (reversed && info is not null)
            attribute = info.Reverse;
        byte[] value = attribute switch
        {
            FlowAttribute.SourceInterface => [packet.Source.Interface],
            FlowAttribute.SourceAdjacentType => [packet.Source.AdjacentType],
            FlowAttribute.SourceAdjacentAddress => ((ReadOnlySpan<byte>)packet.Source.AdjacentAddress).ToArray(),
            FlowAttribute.SourcePeerType => [packet.Source.PeerType],
            FlowAttribute.SourcePeerAddress => ((ReadOnlySpan<byte>)packet.Source.PeerAddress).ToArray(),
            FlowAttribute.SourceTransType => [packet.Source.TransType],
            FlowAttribute.SourceTransAddress => [packet.Source.TransAddressHigh, packet.Source.TransAddressLow],
            FlowAttribute.DestInterface => [packet.Dest.Interface],
            FlowAttribute.DestAdjacentType => [packet.Dest.AdjacentType],
            FlowAttribute.DestAdjacentAddress => ((ReadOnlySpan<byte>)packet.Dest.AdjacentAddress).ToArray(),
            FlowAttribute.DestPeerType => [packet.Dest.PeerType],
            FlowAttribute.DestPeerAddress => ((ReadOnlySpan<byte>)packet.Dest.PeerAddress).ToArray(),
            FlowAttribute.DestTransType => [packet.Dest.TransType],
            FlowAttribute.DestTransAddress => [packet.Dest.TransAddressHigh, packet.Dest.TransAddressLow],
            FlowAttribute.VlanId => BitConverter.GetBytes(packet.VlanId),
            FlowAttribute.MplsLabel => ((ReadOnlySpan<byte>)packet.MplsLabel).ToArray(),
            FlowAttribute.FlowLabel => ((ReadOnlySpan<byte>)packet.FlowLabel).ToArray(),
            FlowAttribute.DSCodePoint => [packet.DSCodePoint],
            FlowAttribute.Ecn => [packet.Ecn],
            FlowAttribute.TimeToLive => [packet.TimeToLive],
            FlowAttribute.Fragment => [packet.Fragment],
            FlowAttribute.TcpFlags => [packet.TcpFlags],
            FlowAttribute.IcmpType => [packet.IcmpType],
            FlowAttribute.IcmpCode => [packet.IcmpCode],
            FlowAttribute.TunnelType => [packet.TunnelType],
            FlowAttribute.TunnelId => BitConverter.GetBytes(packet.TunnelId),
            FlowAttribute.InnerPeerType => [packet.InnerPeerType],
            FlowAttribute.SourceInnerAddress => ((ReadOnlySpan<byte>)packet.SourceInnerAddress).ToArray(),
            FlowAttribute.DestInnerAddress => ((ReadOnlySpan<byte>)packet.DestInnerAddress).ToArray(),
            _ => [0],
        };
        return [.. value, .. new byte[20 - value.Length]];
    }

    private static void Store(SortedDictionary<FlowAttribute, string> key, FlowAttribute attribute, RuleAddress mask, byte[] value, MatchKey packet)
    {
        if (attribute is FlowAttribute.Null or FlowAttribute.MatchingStoD || FlowAttributes.Find(attribute) is not { } info)
            return;
        // Identifiers keep the length that the rule gives them: tested by cases.
        if (
            info.Syntax == AttributeSyntax.Octets
            || info.Is(AttributeRoles.Statistic)
            || !info.Is(AttributeRoles.Testable)
            || FlowAttributes.IsMeterVariable(attribute)
        )
            return;
        key.Remove(attribute);
        if (info.Is(AttributeRoles.Masked))
        {
            var length = info.Size switch
            {
                20 => packet.PeerLength > 0 ? packet.PeerLength : LengthByMask(mask),
                16 => packet.InnerLength > 0 ? packet.InnerLength : LengthByMask(mask),
                _ => info.Size,
            };
            var cut = mask.Padded[..length].ToArray();
            if (cut.Any(octet => octet != 0))
                key[attribute] = $"{Convert.ToHexString(And(value, mask)[..length])}&{Convert.ToHexString(cut)}";
        }
        else if (value[..info.Size].Any(octet => octet != 0))
        {
            key[attribute] = Convert.ToHexString(value[..info.Size]);
        }
    }

    private static int LengthByMask(RuleAddress mask) => mask.Padded[4..].ContainsAnyExcept((byte)0) ? 16 : 4;

    private static byte[] And(byte[] value, RuleAddress mask)
    {
        var masked = new byte[20];
        for (var i = 0; i < masked.Length; i++)
            masked[i] = (byte)(value[i] & mask.Padded[i]);
        return masked;
    }
}
