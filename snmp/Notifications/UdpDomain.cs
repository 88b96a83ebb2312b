using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Rtfm.Snmp.Ber;

namespace Rtfm.Snmp.Notifications;

/// <summary>UDP addresses as snmpTargetAddrTable has them: a transport domain, and the octets of an address with its port (RFC 3417 §2, RFC 3419 §3).</summary>
public static class UdpDomain
{
    private static readonly ObjectIdentifier SnmpUdp = new(1, 3, 6, 1, 6, 1, 1);
    private static readonly ObjectIdentifier Ipv4 = new(1, 3, 6, 1, 2, 1, 100, 1, 1);
    private static readonly ObjectIdentifier Ipv6 = new(1, 3, 6, 1, 2, 1, 100, 1, 2);

    /// <summary>With the number of the interface, as link-local addresses need it.</summary>
    private static readonly ObjectIdentifier Ipv6Scoped = new(1, 3, 6, 1, 2, 1, 100, 1, 4);

    public static bool TryRead(ObjectIdentifier domain, ReadOnlySpan<byte> address, [NotNullWhen(true)] out IPEndPoint? endPoint)
    {
        endPoint = null;
        var isThere =
            domain == SnmpUdp || domain == Ipv4 ? address.Length == 6
            : domain == Ipv6 ? address.Length == 18
            : domain == Ipv6Scoped && address.Length == 22;
        if (!isThere)
            return false;
        var port = BinaryPrimitives.ReadUInt16BigEndian(address[^2..]);
        var ip = address.Length switch
        {
            6 => new IPAddress(address[..4]),
            18 => new IPAddress(address[..16]),
            _ => new IPAddress(address[..16], BinaryPrimitives.ReadUInt32BigEndian(address[16..])),
        };
        endPoint = new(ip, port);
        return port != 0;
    }

    public static (ObjectIdentifier Domain, byte[] Address) Write(IPEndPoint endPoint)
    {
        byte[] ip = endPoint.Address.GetAddressBytes();
        byte[] port = [(byte)(endPoint.Port >> 8), (byte)endPoint.Port];
        if (ip.Length == 4)
            return (SnmpUdp, [.. ip, .. port]);
        if (endPoint.Address.ScopeId == 0)
            return (Ipv6, [.. ip, .. port]);
        var scope = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(scope, (uint)endPoint.Address.ScopeId);
        return (Ipv6Scoped, [.. ip, .. scope, .. port]);
    }
}
