using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Rtfm.Control.Domain;

/// <summary>Addresses to look for agents at: <c>10.0.0.0/24</c>, with a port behind it if it is not 161.</summary>
public sealed record AddressRange(IPNetwork Network, int Port)
{
    /// <summary>More are not looked at: each that is silent takes its time.</summary>
    public const int MostAddresses = 65_536;

    /// <summary>What may be written.</summary>
    public const string Forms = "10.0.0.0/24, 10.0.0.0/24:1161 or [2001:db8::/120]:1161";

    /// <exception cref="FormatException">It is no range, or one with too many addresses.</exception>
    public static AddressRange Parse(string text)
    {
        var (network, port) = Split(text);
        if (!IPNetwork.TryParse(network, out var parsed))
            throw new FormatException($"'{text}' is no range of addresses. Write {Forms}.");
        var bits = (parsed.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128) - parsed.PrefixLength;
        return bits <= 16
            ? new AddressRange(parsed, port)
            : throw new FormatException($"'{text}' has more than {MostAddresses} addresses. Give parts of it that agents are in.");
    }

    /// <summary>Each as HOST:PORT; without the network's own address and the one for broadcasts.</summary>
    public IEnumerable<string> Addresses()
    {
        var octets = Network.BaseAddress.GetAddressBytes();
        var isV4 = octets.Length == 4;
        var bits = octets.Length * 8 - Network.PrefixLength;
        var count = 1 << bits;
        var first = isV4 && bits >= 2 ? 1 : 0;
        for (var i = first; i < count - first; i++)
        {
            var address = (byte[])octets.Clone();
            address[^1] |= (byte)i;
            address[^2] |= (byte)(i >> 8);
            yield return new IPEndPoint(new IPAddress(address), Port).ToString();
        }
    }

    private static (string Network, int Port) Split(string text)
    {
        var end = text.LastIndexOf(':');
        var slash = text.LastIndexOf('/');
        var hasPort = end > slash && slash >= 0;
        if (!hasPort)
            return (text.Trim('[', ']'), Snmp.Client.SnmpHost.DefaultPort);
        return ushort.TryParse(text.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0
            ? (text[..end].Trim('[', ']'), port)
            : throw new FormatException($"'{text}' has no port behind the colon. Write {Forms}.");
    }
}
