using System.Globalization;
using Rtfm.Model;

namespace Rtfm.Agent.Tests.Matching;

/// <summary>The conformance checklist's short notation: <c>1 SPT/8=1 PushRuleTo 3; 2 - Ignore; …</c>. Address values give the leading octets, others fill the attribute.</summary>
internal static class RuleNotation
{
    private static readonly Dictionary<string, FlowAttribute> Names = new()
    {
        ["-"] = FlowAttribute.Null,
        ["SPT"] = FlowAttribute.SourcePeerType,
        ["DPT"] = FlowAttribute.DestPeerType,
        ["SPA"] = FlowAttribute.SourcePeerAddress,
        ["DPA"] = FlowAttribute.DestPeerAddress,
        ["STT"] = FlowAttribute.SourceTransType,
        ["DTT"] = FlowAttribute.DestTransType,
        ["STA"] = FlowAttribute.SourceTransAddress,
        ["DTA"] = FlowAttribute.DestTransAddress,
        ["SAA"] = FlowAttribute.SourceAdjacentAddress,
        ["FC"] = FlowAttribute.FlowClass,
        ["FK"] = FlowAttribute.FlowKind,
        ["SK"] = FlowAttribute.SourceKind,
        ["MatchingStoD"] = FlowAttribute.MatchingStoD,
        ["v1"] = FlowAttribute.V1,
        ["v2"] = FlowAttribute.V2,
    };

    public static RuleSet Parse(string text) =>
        new("test", [.. text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParseRule)]);

    private static Rule ParseRule(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
        words.RemoveAt(0); // the rule's number
        var test = words[0];
        words.RemoveAt(0);
        while (words[0] is "&" or "=" || test.EndsWith('&') || test.EndsWith('='))
        {
            test += words[0];
            words.RemoveAt(0);
        }
        var parameter = words.Count > 1 ? int.Parse(words[1], CultureInfo.InvariantCulture) : 1;
        return ParseTest(test) with { Action = Enum.Parse<Opcode>(words[0]), Parameter = parameter };
    }

    private static Rule ParseTest(string test)
    {
        if (test == "-")
            return Rule.Unset;
        var name = test[..test.IndexOfAny(['/', '&'])];
        var attribute = int.TryParse(name, CultureInfo.InvariantCulture, out var number) ? (FlowAttribute)number : Names[name];
        var rest = test[test.IndexOfAny(['/', '&'])..];
        var (mask, value) = (rest[..rest.IndexOf('=')], rest[(rest.IndexOf('=') + 1)..]);
        var maskOctets = mask[0] == '/' ? Width(int.Parse(mask[1..], CultureInfo.InvariantCulture)) : Octets(attribute, mask[1..]);
        return new Rule(attribute, new RuleAddress(maskOctets), new RuleAddress(Octets(attribute, value)), Opcode.Ignore, 1);
    }

    private static byte[] Width(int width)
    {
        var octets = new byte[Math.Max(2, (width + 7) / 8)];
        for (var bit = 0; bit < width; bit++)
            octets[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return octets;
    }

    private static byte[] Octets(FlowAttribute attribute, string text)
    {
        if (text.Contains(':'))
            return System.Net.IPAddress.Parse(text).GetAddressBytes();
        if (text.Contains('-'))
            return Padded([.. text.Split('-').Select(field => Convert.ToByte(field, 16))]);
        if (text.Contains('.'))
            return Padded([.. text.Split('.').Select(field => byte.Parse(field, CultureInfo.InvariantCulture))]);
        var number = int.Parse(text, CultureInfo.InvariantCulture);
        return FlowAttributes.Get(attribute).Size == 2 ? [(byte)(number >> 8), (byte)number] : [(byte)number, 0];
    }

    private static byte[] Padded(byte[] octets) => octets.Length < 2 ? [.. octets, 0] : octets;
}
