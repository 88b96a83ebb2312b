using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Rtfm.Snmp.Transport;

/// <summary>Where an agent listens: <c>udp:ADDRESS:PORT</c>, <c>tcp:ADDRESS:PORT</c>, <c>tlstcp:ADDRESS:PORT</c>; an IPv6 address stands in brackets.</summary>
public sealed record TransportAddress(TransportKind Kind, IPEndPoint EndPoint)
{
    private static readonly (string Prefix, TransportKind Kind)[] Prefixes =
    [
        ("udp:", TransportKind.Udp),
        ("tcp:", TransportKind.Tcp),
        ("tlstcp:", TransportKind.TlsTcp),
    ];

    /// <param name="complaint">What is wrong with the text, in a few words.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out TransportAddress? address, out string complaint)
    {
        address = null;
        complaint = "";
        var (prefix, kind) = Array.Find(Prefixes, each => text.StartsWith(each.Prefix, StringComparison.OrdinalIgnoreCase));
        if (prefix is null)
        {
            complaint = "not a transport the agent has";
            return false;
        }
        var rest = text.AsSpan(prefix.Length);
        var colon = rest.LastIndexOf(':');
        if (colon < 0 || (rest.StartsWith("[") && colon < rest.IndexOf(']')))
        {
            complaint = "no port";
            return false;
        }
        var host = rest[..colon];
        if (host.StartsWith("[") && host.EndsWith("]"))
            host = host[1..^1];
        if (!ushort.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            complaint = $"'{rest[(colon + 1)..]}' is not a port from 0 to 65535";
            return false;
        }
        if (!IPAddress.TryParse(host, out var ip))
        {
            complaint = $"'{host}' is not an IP address";
            return false;
        }
        address = new TransportAddress(kind, new IPEndPoint(ip, port));
        return true;
    }

    public override string ToString() => Array.Find(Prefixes, each => each.Kind == Kind).Prefix + EndPoint;
}
