using System.Net;

namespace Rtfm.Agent.Tests.Packets;

/// <summary>Packets built layer by layer, the innermost first: <c>Ethernet(0x0800, IPv4(6, Tcp(1, 2)))</c>.</summary>
internal static class Frames
{
    public static byte[] Ethernet(int type, params byte[] payload) => [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, (byte)(type >> 8), (byte)type, .. payload];

    public static byte[] Vlan(int type, params byte[] payload) => [0, 42, (byte)(type >> 8), (byte)type, .. payload];

    public static byte[] Mpls(bool isLast, params byte[] payload) => [0, 1, (byte)(isLast ? 0x01 : 0x00), 64, .. payload];

    public static byte[] IPv4(int protocol, byte[] payload, int fragmentOffset = 0, byte[]? options = null)
    {
        var header = 20 + (options?.Length ?? 0);
        var total = header + payload.Length;
        return
        [
            (byte)(0x40 | (header / 4)),
            0,
            (byte)(total >> 8),
            (byte)total,
            0,
            1,
            (byte)(fragmentOffset >> 8),
            (byte)fragmentOffset,
            64,
            (byte)protocol,
            0,
            0,
            10,
            0,
            0,
            1,
            10,
            0,
            0,
            2,
            .. options ?? [],
            .. payload,
        ];
    }

    public static byte[] IPv6(int next, byte[] payload) =>
        [
            0x60,
            0,
            0,
            0,
            (byte)(payload.Length >> 8),
            (byte)payload.Length,
            (byte)next,
            64,
            .. IPAddress.Parse("2001:db8::1").GetAddressBytes(),
            .. IPAddress.Parse("2001:db8::2").GetAddressBytes(),
            .. payload,
        ];

    /// <summary>An IPv6 extension header of 8 octets.</summary>
    public static byte[] Extension(int next, byte[] payload, int fragmentOffset = 0) =>
        [(byte)next, 0, (byte)(fragmentOffset >> 5), (byte)(fragmentOffset << 3), 0, 0, 0, 0, .. payload];

    /// <summary>Ports, and as much again.</summary>
    public static byte[] Ports(int source, int dest) => [(byte)(source >> 8), (byte)source, (byte)(dest >> 8), (byte)dest, 0, 0, 0, 0];
}
