using System.Globalization;
using System.Net;

namespace Rtfm.Model;

/// <summary>Attribute values as people and CSV files write them.</summary>
public static class FlowText
{
    /// <summary>
    /// Peer addresses of 4 and 16 octets as IP addresses; adjacent addresses as hex with hyphens; transport addresses, types and counters as decimal numbers;
    /// identifiers and other addresses as hex (RFC 2123 §4); distributions as their parameters and counters.
    /// </summary>
    public static string Format(FlowAttribute attribute, FlowValue value) =>
        FlowAttributes.Get(attribute).Syntax switch
        {
            AttributeSyntax.PeerAddress when value.Octets.Length is 4 or 16 => new IPAddress(value.Octets).ToString(),
            AttributeSyntax.TransportAddress when value.Octets.Length == 2 => ((value.Octets[0] << 8) | value.Octets[1]).ToString(
                CultureInfo.InvariantCulture
            ),
            AttributeSyntax.PeerAddress or AttributeSyntax.AdjacentAddress => Hyphenated(value.Octets),
            AttributeSyntax.Octets or AttributeSyntax.TransportAddress => Convert.ToHexString(value.Octets),
            AttributeSyntax.Distribution => Rtfm.Model.Distribution.TryDecode(value.Octets, out var distribution)
                ? distribution!.ToString()
                : Convert.ToHexString(value.Octets),
            _ => value.Number.ToString(CultureInfo.InvariantCulture),
        };

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
