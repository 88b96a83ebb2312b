using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Rtfm.Snmp.Client;

/// <summary>Finds the address of an agent that a person named: <c>HOST[:PORT]</c>, <c>ADDRESS[:PORT]</c>, <c>[V6ADDRESS]:PORT</c>.</summary>
public static class SnmpHost
{
    public const int DefaultPort = 161;

    /// <exception cref="FormatException">The text is none of these; the message says what would be.</exception>
    /// <exception cref="SnmpTransportException">The name has no address.</exception>
    public static async Task<IPEndPoint> ResolveAsync(string text, CancellationToken cancellationToken = default)
    {
        var (host, port) = Parse(text);
        if (IPAddress.TryParse(host, out var address))
            return new IPEndPoint(address, port);
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
            // IPv4 first, as Net-SNMP's tools do: most agents listen there.
            var chosen = Array.Find(addresses, each => each.AddressFamily == AddressFamily.InterNetwork) ?? addresses.AsSpan()[0];
            return new IPEndPoint(chosen, port);
        }
        catch (Exception fault) when (fault is SocketException or ArgumentException or IndexOutOfRangeException)
        {
            throw new SnmpTransportException($"{text}: the name '{host}' has no address: {fault.Message}", fault);
        }
    }

    /// <summary>Takes the text apart without asking a name server: settings can be checked before anything is sent.</summary>
    /// <exception cref="FormatException">It names no agent; the message says what would.</exception>
    public static (string Host, int Port) Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        // A bare IPv6 address has several colons and no brackets.
        var hasPort = colon >= 0 && (text.IndexOf(':') == colon || text[colon - 1] == ']');
        var host = (hasPort ? text[..colon] : text).Trim('[', ']');
        ushort port = DefaultPort;
        var isPort = !hasPort || ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port != 0;
        // No name at all would be this machine's.
        if (!isPort || string.IsNullOrWhiteSpace(host))
            throw new FormatException($"'{text}' names no agent. Write HOST, HOST:PORT or [V6ADDRESS]:PORT.");
        return (host, port);
    }
}
