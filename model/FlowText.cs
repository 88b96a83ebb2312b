using System.Globalization;
using System.Net;
using System.Text;

namespace Rtfm.Model;

/// <summary>Attribute values as people and CSV files write them.</summary>
public static class FlowText
{
    /// <summary>
    /// Peer addresses of 4 and 16 octets as IP addresses; adjacent addresses as hex with hyphens; transport addresses, types and counters as decimal numbers;
    /// identifiers and other addresses as hex (RFC 2123 §4); distributions as their parameters and counters; times of delays as nanoseconds.
    /// </summary>
    public static string Format(FlowAttribute attribute, FlowValue value) =>
        FlowAttributes.Get(attribute).Syntax switch
        {
            AttributeSyntax.PeerAddress when value.Octets.Length is 4 or 16 => new IPAddress(value.Octets).ToString(),
            AttributeSyntax.TransportAddress when value.Octets.Length == 2 => ((value.Octets[0] << 8) | value.Octets[1]).ToString(
                CultureInfo.InvariantCulture
            ),
            AttributeSyntax.PeerAddress or AttributeSyntax.AdjacentAddress => Hyphenated(value.Octets),
            AttributeSyntax.Octets or AttributeSyntax.TransportAddress or AttributeSyntax.Samples => Convert.ToHexString(value.Octets),
            AttributeSyntax.Distribution => Rtfm.Model.Distribution.TryDecode(value.Octets, out var distribution)
                ? distribution!.ToString()
                : Convert.ToHexString(value.Octets),
            AttributeSyntax.Observations => FlowObservation.TryReadAll(value.Octets, out var observations)
                ? string.Join(' ', observations)
                : Convert.ToHexString(value.Octets),
            AttributeSyntax.Nanoseconds => ((long)value.Number).ToString(CultureInfo.InvariantCulture),
            _ => value.Number.ToString(CultureInfo.InvariantCulture),
        };

    /// <summary>The most characters that a distribution has: 256 counters of 20 digits, and parameters.</summary>
    public const int LongestDistribution = 5_500;

    /// <summary>The same text in UTF-8.</summary>
    /// <returns>Its length; -1 where <paramref name="text"/> is too short.</returns>
    public static int Format(AttributeInfo attribute, FlowValue value, Span<byte> text)
    {
        var octets = value.Octets;
        switch (attribute.Syntax)
        {
            case AttributeSyntax.PeerAddress when octets.Length is 4 or 16:
                return new IPAddress(octets).TryFormat(text, out var length) ? length : -1;
            case AttributeSyntax.TransportAddress when octets.Length == 2:
                return ((octets[0] << 8) | octets[1]).TryFormat(text, out length, provider: CultureInfo.InvariantCulture) ? length : -1;
            case AttributeSyntax.Distribution when Rtfm.Model.Distribution.Format(octets, text) is var written and >= 0:
                return written;
            default:
                return Encoding.UTF8.TryGetBytes(Format(attribute.Number, value), text, out length) ? length : -1;
        }
    }

    private static string Hyphenated(ReadOnlySpan<byte> octets) =>
        string.Create(
            Math.Max(0, octets.Length * 3 - 1),
            octets,
            static (text, octets) =>
            {
                for (var i = 0; i < octets.Length; i++)
                {
                    if (i > 0)
                        text[i * 3 - 1] = '-';
                    octets[i].TryFormat(text[(i * 3)..], out _, "X2", CultureInfo.InvariantCulture);
                }
            }
        );
}
