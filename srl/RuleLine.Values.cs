using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Rtfm.Model;

namespace Rtfm.Srl;

internal sealed partial class RuleLine
{
    private const int IPv4Length = 4;
    private const int IPv6Length = 16;

    /// <summary><c>&amp; mask</c>, or <c>/width</c>: that many leading ones.</summary>
    public RuleAddress ReadMask(AttributeInfo attribute)
    {
        if (TryRead('&'))
            return ReadValue(attribute, isMask: true);
        if (!TryRead('/'))
            throw new RuleSyntaxException(Column, "expected '&' and a mask, or '/' and a width");
        var column = Column;
        var word = ReadWord();
        var longest = RoomFor(attribute) * 8;
        if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var width) || width > longest)
            throw new RuleSyntaxException(column, $"expected a width from 0 to {longest}");
        return RuleAddress.LeadingOnes(width, MaskLength(attribute, width));
    }

    /// <summary>A value, or a mask in the same notation.</summary>
    public RuleAddress ReadValue(AttributeInfo attribute, bool isMask)
    {
        var column = Column;
        if (Peek == '\'')
            return new RuleAddress([ReadCharacter(attribute), 0]);
        if (FlowAttributes.IsMeterVariable(attribute.Number) && char.IsAsciiLetter(Peek) && TryReadAttributeNumber(out var number))
            return new RuleAddress([number, 0]);
        var mayBeIPv6 = attribute.Syntax == AttributeSyntax.PeerAddress || FlowAttributes.IsMeterVariable(attribute.Number);
        var text = ReadValueText(mayBeIPv6, isMask);
        if (text.Length == 0)
            throw new RuleSyntaxException(column, isMask ? "expected a mask" : "expected a value");
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return IPAddress.TryParse(text, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6
                ? new RuleAddress(ip.GetAddressBytes())
                : throw new RuleSyntaxException(column, $"'{Shortened(text)}' is no IPv6 address");
        }
        return ReadFields(text, attribute, column);
    }

    /// <summary>Fields (RFC 2723 appendix B), padded as the rule tables want them.</summary>
    private static RuleAddress ReadFields(string text, AttributeInfo attribute, int column)
    {
        var octets = FieldNotation.Read(text, FieldNotation.SingleFieldOctets(attribute), column);
        // Fields that are left out on the right are zero; one octet is sent as two (AMB-07).
        var isDotted = !text.Contains('-', StringComparison.Ordinal);
        var shortest =
            !isDotted ? 2
            : attribute.Syntax == AttributeSyntax.PeerAddress ? IPv4Length
            : Math.Max(2, attribute.Syntax == AttributeSyntax.AdjacentAddress ? attribute.Size : 2);
        if (octets.Length < shortest)
            Array.Resize(ref octets, shortest);
        return new RuleAddress(octets);
    }

    private bool TryReadAttributeNumber(out byte number)
    {
        var start = _at;
        number = 0;
        if (FlowAttributes.Find(ReadWord()) is { } attribute && (int)attribute.Number <= byte.MaxValue)
        {
            number = (byte)attribute.Number;
            return true;
        }
        _at = start;
        return false;
    }

    /// <summary>The characters of a value. An IPv6 address has colons, as has what follows a value.</summary>
    private string ReadValueText(bool mayBeIPv6, bool isMask)
    {
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiHexDigit(_text[_at]) || _text[_at] is '.' or '-' or '!' || (mayBeIPv6 && _text[_at] == ':')))
            _at++;
        var end = _at;
        if (!isMask && end > start)
        {
            if (end < _text.Length && char.IsAsciiLetter(_text[end]))
                end = Math.Max(start, _text.LastIndexOf(':', end - 1, end - start)); // it ran into the action
            else if (_text[end - 1] == ':' && !_text.AsSpan(end).TrimStart().StartsWith(":"))
                end--;
        }
        _at = end;
        var text = _text[start..end];
        SkipBlanks();
        return text;
    }

    private static int RoomFor(AttributeInfo attribute) =>
        attribute.Syntax == AttributeSyntax.PeerAddress ? IPv6Length
        : attribute.Size <= 1 && !FlowAttributes.IsMeterVariable(attribute.Number) ? 1
        : FlowAttributes.IsMeterVariable(attribute.Number) ? IPv6Length
        : attribute.Size;

    private static int MaskLength(AttributeInfo attribute, int width) =>
        attribute.Syntax switch
        {
            AttributeSyntax.PeerAddress => width <= IPv4Length * 8 ? IPv4Length : IPv6Length,
            _ when FlowAttributes.IsMeterVariable(attribute.Number) => Math.Max(2, (width + 7) / 8),
            _ => Math.Max(2, attribute.Size),
        };
}
