using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Rtfm.Model;
using Rtfm.Srl.Language;

namespace Rtfm.Srl.Interpretation;

/// <summary>A packet as people describe one: <c>tcp 10.0.0.1:1025 &gt; 192.0.2.1:80 vlanId=7</c>.</summary>
internal sealed class PacketDescription
{
    private readonly Dictionary<FlowAttribute, byte[]> _octets = [];

    /// <summary>What a description is made of, for help texts.</summary>
    public const string Notation = "[PROTOCOL] SOURCE[:PORT] > DEST[:PORT] [ATTRIBUTE=VALUE …]";

    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public static PacketDescription Parse(string text)
    {
        var packet = new PacketDescription();
        var words = text.Replace(">", " > ", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var arrow = Array.IndexOf(words, ">");
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i].IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
                packet.SetAttribute(words[i][..equals], words[i][(equals + 1)..]);
            else if (i == arrow - 1)
                packet.SetEnd(words[i], isSource: true);
            else if (i == arrow + 1 && arrow >= 0)
                packet.SetEnd(words[i], isSource: false);
            else if (i != arrow)
                packet.SetProtocol(words[i]);
        }
        if (arrow >= 0 && !(packet._octets.ContainsKey(FlowAttribute.SourcePeerAddress) && packet._octets.ContainsKey(FlowAttribute.DestPeerAddress)))
            throw new FormatException($"'{text}': expected an address on both sides of '>'. A packet is described as {Notation}.");
        return packet;
    }

    public ReadOnlySpan<byte> Attribute(FlowAttribute attribute) => _octets.GetValueOrDefault(attribute);

    private void SetAttribute(string name, string value)
    {
        if (Words.FindAttribute(name) is not { } attribute || !attribute.Is(AttributeRoles.Testable) || attribute.Is(AttributeRoles.Computed))
            throw new FormatException($"'{name}' is no attribute of a packet{Words.Suggestion(name)}");
        if (Names.Find(attribute.Number, value) is { } number)
            value = number.ToString(CultureInfo.InvariantCulture);
        try
        {
            _octets[attribute.Number] = new RuleLine(value).ReadValue(attribute, isMask: false).Octets.ToArray();
        }
        catch (RuleSyntaxException wrong)
        {
            throw new FormatException($"{name}={value}: {wrong.Message}", wrong);
        }
    }

    private void SetProtocol(string word)
    {
        var number = byte.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            ? given
            : Names.Find(FlowAttribute.SourceTransType, word);
        if (number is null)
            throw new FormatException($"'{word}' is no protocol, for example tcp. A packet is described as {Notation}.");
        _octets[FlowAttribute.SourceTransType] = _octets[FlowAttribute.DestTransType] = [(byte)number];
    }

    private void SetEnd(string word, bool isSource)
    {
        var port = "";
        var address = word;
        // An IPv6 address with a port stands in brackets.
        if (word.StartsWith('[') && word.IndexOf(']', StringComparison.Ordinal) is > 0 and var bracket)
            (address, port) = (word[1..bracket], word[(bracket + 1)..].TrimStart(':'));
        else if (word.Count(c => c == ':') == 1)
            (address, port) = (word[..word.IndexOf(':', StringComparison.Ordinal)], word[(word.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        if (!IPAddress.TryParse(address, out var ip))
            throw new FormatException($"'{address}' is no address. A packet is described as {Notation}.");
        _octets[isSource ? FlowAttribute.SourcePeerAddress : FlowAttribute.DestPeerAddress] = ip.GetAddressBytes();
        _octets[isSource ? FlowAttribute.SourcePeerType : FlowAttribute.DestPeerType] =
        [
            (byte)(ip.AddressFamily == AddressFamily.InterNetwork ? PeerType.IPv4 : PeerType.IPv6),
        ];
        if (port.Length > 0)
            SetAttribute(isSource ? "SourceTransAddress" : "DestTransAddress", port);
    }
}
