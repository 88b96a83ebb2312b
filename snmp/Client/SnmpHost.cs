using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.Client;

/// <summary>Finds the address of an agent that a person named: <c>[TRANSPORT:]HOST[:PORT]</c>, where HOST is a name, an address or <c>[V6ADDRESS]</c>.</summary>
public static class SnmpHost
{
    /// <summary>What may be written.</summary>
    public const string Forms = "HOST, HOST:PORT or [V6ADDRESS]:PORT, with udp:, tcp: or tlstcp: in front if you like";

    public const int DefaultPort = 161;

    /// <summary>RFC 6353 §10.</summary>
    public const int DefaultTlsPort = 10_161;

    private static readonly (string Prefix, TransportKind Kind)[] Prefixes =
    [
        ("udp:", TransportKind.Udp),
        ("tcp:", TransportKind.Tcp),
        ("tlstcp:", TransportKind.TlsTcp),
    ];

    /// <summary>The target with the address and the transport that the text names.</summary>
    /// <exception cref="FormatException">The text is none of these, or the target's credentials are not for the transport; the message says what would be right.</exception>
    /// <exception cref="SnmpTransportException">The name has no address.</exception>
    public static async Task<SnmpTarget> ResolveAsync(string text, SnmpTarget target, CancellationToken cancellationToken = default)
    {
        Check(text, target.Credentials);
        var (transport, host, port) = Parse(text);
        var address = await ResolveAsync(text, host, cancellationToken).ConfigureAwait(false);
        return target with { Address = new IPEndPoint(address, port), Transport = transport, HostName = host };
    }

    /// <summary>Takes the text apart without asking a name server.</summary>
    /// <exception cref="FormatException">It names no agent; the message says what would.</exception>
    public static (TransportKind Transport, string Host, int Port) Parse(string text)
    {
        var (prefix, transport) = Array.Find(Prefixes, each => text.StartsWith(each.Prefix, StringComparison.OrdinalIgnoreCase));
        var rest = text[(prefix ?? "").Length..];
        var usualPort = transport == TransportKind.TlsTcp ? DefaultTlsPort : DefaultPort;
        var colon = rest.LastIndexOf(':');
        // A bare IPv6 address has several colons and no brackets.
        var hasPort = colon >= 0 && (rest.IndexOf(':') == colon || rest[colon - 1] == ']');
        var host = (hasPort ? rest[..colon] : rest).Trim('[', ']');
        var port = (ushort)usualPort;
        // No name at all would be this machine's.
        if (string.IsNullOrWhiteSpace(host) || (hasPort && !TryPort(rest.AsSpan(colon + 1), out port)))
            throw new FormatException($"'{text}' names no agent. Write {Forms}.");
        return (transport, host, port);
    }

    /// <summary>Looks whether an agent can be asked by that text with these credentials: settings can be checked before anything is sent.</summary>
    /// <exception cref="FormatException">It cannot; the message says what could.</exception>
    public static void Check(string text, SnmpCredentials credentials)
    {
        if (credentials.ComplaintAbout(Parse(text).Transport) is { } complaint)
            throw new FormatException($"'{text}': {complaint}.");
    }

    private static bool TryPort(ReadOnlySpan<char> text, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port > 0;

    private static async Task<IPAddress> ResolveAsync(string text, string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var address))
            return address;
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
            // IPv4 first, as Net-SNMP's tools do: most agents listen there.
            return Array.Find(addresses, each => each.AddressFamily == AddressFamily.InterNetwork) ?? addresses.AsSpan()[0];
        }
        catch (Exception fault) when (fault is SocketException or ArgumentException or IndexOutOfRangeException)
        {
            throw new SnmpTransportException($"{text}: the name '{host}' has no address: {fault.Message}", fault);
        }
    }
}
