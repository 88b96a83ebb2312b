using System.Globalization;
using Rtfm.Model;

namespace Rtfm.Srl;

/// <summary>Values and masks as numeric fields (RFC 2723 appendix B).</summary>
internal static class FieldNotation
{
    /// <summary>How many octets a value of one field fills: all of a number, the leading one of an address (AMB-24).</summary>
    public static int SingleFieldOctets(AttributeInfo attribute) =>
        attribute.Syntax is AttributeSyntax.Integer or AttributeSyntax.Unsigned32 or AttributeSyntax.TransportAddress
            ? Math.Max(1, attribute.Size)
            : 1;

    /// <summary>Fields with what stands behind each saying how it is meant: <c>.</c> decimal octet, <c>-</c> hex octet, <c>!</c> two octets.</summary>
    /// <param name="singleFieldOctets">Octets of a value that is one field.</param>
    /// <param name="column">Of the text, for messages.</param>
    /// <exception cref="RuleSyntaxException">It is none.</exception>
    public static byte[] Read(string text, int singleFieldOctets, int column)
    {
        var octets = new List<byte>();
        var start = 0;
        var kind = '\0';
        while (start <= text.Length)
        {
            var end = text.AsSpan(start).IndexOfAny('.', '-', '!');
            end = end < 0 ? text.Length : start + end;
            // The last field is meant as the one before it; a single one fills its attribute.
            kind = end < text.Length ? text[end] : kind;
            var length =
                kind == '!' ? 2
                : kind == '\0' ? singleFieldOctets
                : 1;
            var field = text.AsSpan(start, end - start);
            var style = kind == '-' ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
            var largest = uint.MaxValue >> (32 - 8 * length);
            if (!uint.TryParse(field, style, CultureInfo.InvariantCulture, out var number) || number > largest)
            {
                var shown = kind == '-' ? "FF" : largest.ToString(CultureInfo.InvariantCulture);
                var found = field.IsEmpty ? "expected a number" : $"'{RuleLine.Shortened(field.ToString())}' is not a number";
                throw new RuleSyntaxException(column + start, $"{found} from 0 to {shown}");
            }
            for (var shift = 8 * (length - 1); shift >= 0; shift -= 8)
                octets.Add((byte)(number >> shift));
            if (octets.Count > RuleAddress.MaxLength)
                throw new RuleSyntaxException(column, $"a value has at most {RuleAddress.MaxLength} octets");
            start = end + 1;
        }
        return [.. octets];
    }
}
