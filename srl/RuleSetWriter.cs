using System.Globalization;
using System.Net;
using System.Text;
using Rtfm.Model;

namespace Rtfm.Srl;

/// <summary>Writes a rule set in the form that <see cref="RuleAssembler"/> reads; reading it gives the same rules, octet for octet.</summary>
public static class RuleSetWriter
{
    public static string Write(RuleSet ruleSet)
    {
        var text = new StringBuilder();
        for (var i = 0; i < ruleSet.Rules.Length; i++)
            text.Append(Write(ruleSet.Rules[i])).Append("  # ").Append((i + 1).ToString(CultureInfo.InvariantCulture)).Append('\n');
        return text.ToString();
    }

    /// <summary>A value under a mask, as people write it: <c>10.0.0.0/8</c>, <c>80/16</c>.</summary>
    internal static string Describe(FlowAttribute attribute, RuleAddress mask, RuleAddress value)
    {
        var width = PrefixWidth(mask);
        return width >= 0 ? $"{Value(attribute, value)}/{width}" : $"{Value(attribute, value)} & {Value(attribute, mask)}";
    }

    private static string Write(Rule rule)
    {
        var readable = Readable(rule);
        // What people write does not always say how many octets there are; then every octet is written.
        return Write(rule, IsSame(readable, rule) ? readable : $"{NameOf(rule)} & {Hex(rule.Mask)} = {Hex(rule.Value)}");
    }

    private static string Write(Rule rule, string test)
    {
        var hasTarget = rule.Action is not (Opcode.Ignore or Opcode.NoMatch or Opcode.Count or Opcode.CountPkt) || rule.Parameter != 1;
        return hasTarget ? $"{test}: {rule.Action}, {rule.Parameter}" : $"{test}: {rule.Action}";
    }

    private static string Readable(Rule rule)
    {
        if (rule.Selector == FlowAttribute.Null)
            return "null";
        var width = PrefixWidth(rule.Mask);
        var mask = width >= 0 ? $"/{width}" : $" & {Value(rule.Selector, rule.Mask)}";
        return $"{NameOf(rule)}{mask} = {Value(rule.Selector, rule.Value)}";
    }

    private static string NameOf(Rule rule) => FlowAttributes.Get(rule.Selector).Name;

    private static string Value(FlowAttribute attribute, RuleAddress value)
    {
        var info = FlowAttributes.Get(attribute);
        if (FlowAttributes.IsMeterVariable(attribute))
            return FlowAttributes.Find((FlowAttribute)value.Padded[0]) is { } named && named.Number != FlowAttribute.Null ? named.Name : Hex(value);
        return info.Syntax switch
        {
            AttributeSyntax.PeerAddress when value.Length is 4 or 16 => new IPAddress(value.Octets).ToString(),
            AttributeSyntax.AdjacentAddress => Hex(value),
            _ when info.Size == 2 => ((value.Padded[0] << 8) | value.Padded[1]).ToString(CultureInfo.InvariantCulture),
            _ when info.Size == 1 => value.Padded[0].ToString(CultureInfo.InvariantCulture),
            _ => Hex(value),
        };
    }

    /// <summary>How many leading ones the mask is; -1 where it is not of that kind.</summary>
    private static int PrefixWidth(RuleAddress mask)
    {
        var width = 0;
        while (width < RuleAddress.MaxLength * 8 && (mask.Padded[width / 8] & (0x80 >> (width % 8))) != 0)
            width++;
        for (var bit = width; bit < RuleAddress.MaxLength * 8; bit++)
        {
            if ((mask.Padded[bit / 8] & (0x80 >> (bit % 8))) != 0)
                return -1;
        }
        return width;
    }

    private static string Hex(RuleAddress address) =>
        Convert.ToHexString(address.Octets) is { Length: > 0 } hex ? string.Join('-', hex.Chunk(2).Select(pair => new string(pair))) : "0";

    private static bool IsSame(string test, Rule rule)
    {
        var assembled = RuleAssembler.Assemble($"{test}: NoMatch", "").RuleSet;
        return assembled is not null && assembled.Rules[0] == rule with { Action = Opcode.NoMatch, Parameter = 1 };
    }
}
