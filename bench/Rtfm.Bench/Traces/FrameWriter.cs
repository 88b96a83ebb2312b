using System.Buffers.Binary;

namespace Rtfm.Bench.Traces;

/// <summary>The headers of one packet, from Ethernet to transport, correct in lengths and checksums.</summary>
internal static class FrameWriter
{
    /// <summary>The longest headers: Ethernet, VLAN, IPv6, TCP with timestamps.</summary>
    public const int MaxHeaderLength = 14 + 4 + 40 + 32;

    private const int Ipv4Length = 20;
    private const int Ipv6Length = 40;

    /// <summary>Writes the headers into a cleared buffer. Returns their length.</summary>
    public static int Write(Span<byte> frame, in FlowIdentity flow, in NextPacket packet, uint milliseconds)
    {
        var start = WriteEthernet(frame, flow, packet.FromServer);
        var ipLength = flow.IsIpv6 ? Ipv6Length : Ipv4Length;
        var transport = frame[(start + ipLength)..];
        var (protocol, transportLength, checksumAt) = WriteTransport(transport, flow, packet, milliseconds);
        var ip = frame.Slice(start, ipLength);
        var segmentLength = transportLength + packet.PayloadLength;
        if (flow.IsIpv6)
            WriteIpv6(ip, flow, packet.FromServer, protocol, segmentLength);
        else
            WriteIpv4(ip, flow, packet, protocol, segmentLength);
        // ICMP over IPv4 is the one without a pseudo header.
        var sum = InternetChecksum.Sum(transport[..transportLength]);
        if (flow.IsIpv6 || flow.Protocol != Transport.Icmp)
            sum = InternetChecksum.Sum(flow.IsIpv6 ? ip[8..] : ip[12..], sum + protocol + (uint)segmentLength);
        var checksum = InternetChecksum.Of(sum);
        // RFC 768: 0 would say that there is none.
        if (checksum == 0 && flow.Protocol == Transport.Udp)
            checksum = 0xFFFF;
        BinaryPrimitives.WriteUInt16BigEndian(transport[checksumAt..], checksum);
        return start + ipLength + transportLength;
    }

    private static int WriteEthernet(Span<byte> frame, in FlowIdentity flow, bool fromServer)
    {
        // Two routers, locally administered addresses.
        frame[0] = frame[6] = 0x02;
        frame[fromServer ? 5 : 11] = 1;
        frame[fromServer ? 11 : 5] = 2;
        var start = 12;
        if (flow.Vlan != 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame[12..], 0x8100);
            BinaryPrimitives.WriteUInt16BigEndian(frame[14..], flow.Vlan);
            start = 16;
        }
        BinaryPrimitives.WriteUInt16BigEndian(frame[start..], (ushort)(flow.IsIpv6 ? 0x86DD : 0x0800));
        return start + 2;
    }

    private static void WriteIpv4(Span<byte> ip, in FlowIdentity flow, in NextPacket packet, byte protocol, int segmentLength)
    {
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(Ipv4Length + segmentLength));
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)packet.Sequence);
        ip[6] = 0x40; // don't fragment
        ip[8] = 60;
        ip[9] = protocol;
        // 10.0.0.0/8 for clients, scattered over it; 198.18.0.0/15, the benchmarks' own, for servers.
        var client = 0x0A00_0000 | (flow.Client * 0x9E_3779 & 0xFF_FFFF);
        var server = 0xC612_0000 | flow.Server;
        BinaryPrimitives.WriteUInt32BigEndian(ip[12..], packet.FromServer ? server : client);
        BinaryPrimitives.WriteUInt32BigEndian(ip[16..], packet.FromServer ? client : server);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], InternetChecksum.Of(InternetChecksum.Sum(ip)));
    }

    private static void WriteIpv6(Span<byte> ip, in FlowIdentity flow, bool fromServer, byte protocol, int segmentLength)
    {
        ip[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)segmentLength);
        ip[6] = protocol;
        ip[7] = 60;
        // 2001:db8::/32, the documentation's own: a network for each client, one for all servers.
        WriteIpv6Address(ip.Slice(fromServer ? 24 : 8, 16), flow.Client, RandomNumbers.Mix(flow.Client));
        WriteIpv6Address(ip.Slice(fromServer ? 8 : 24, 16), 0xFFFF_0000, flow.Server);
    }

    private static void WriteIpv6Address(Span<byte> address, uint network, ulong host)
    {
        BinaryPrimitives.WriteUInt32BigEndian(address, 0x2001_0DB8);
        BinaryPrimitives.WriteUInt32BigEndian(address[4..], network);
        BinaryPrimitives.WriteUInt64BigEndian(address[8..], host);
    }

    private static (byte Protocol, int Length, int ChecksumAt) WriteTransport(
        Span<byte> header,
        in FlowIdentity flow,
        in NextPacket packet,
        uint milliseconds
    )
    {
        if (flow.Protocol == Transport.Icmp)
        {
            header[0] = (flow.IsIpv6, packet.FromServer) switch
            {
                (false, false) => 8,
                (false, true) => 0,
                (true, false) => 128,
                (true, true) => 129,
            };
            BinaryPrimitives.WriteUInt16BigEndian(header[4..], flow.ClientPort);
            BinaryPrimitives.WriteUInt16BigEndian(header[6..], (ushort)packet.Sequence);
            return ((byte)(flow.IsIpv6 ? 58 : 1), 8, 2);
        }
        BinaryPrimitives.WriteUInt16BigEndian(header, packet.FromServer ? flow.ServerPort : flow.ClientPort);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], packet.FromServer ? flow.ClientPort : flow.ServerPort);
        if (flow.Protocol == Transport.Udp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)(8 + packet.PayloadLength));
            return (17, 8, 6);
        }
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], packet.Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(header[8..], packet.Acknowledged);
        header[12] = 8 << 4;
        header[13] = packet.Flags;
        BinaryPrimitives.WriteUInt16BigEndian(header[14..], 64_240);
        // Two no-operations and timestamps, as most connections have them.
        BinaryPrimitives.WriteUInt32BigEndian(header[20..], 0x0101_080A);
        BinaryPrimitives.WriteUInt32BigEndian(header[24..], milliseconds);
        BinaryPrimitives.WriteUInt32BigEndian(header[28..], milliseconds);
        return (6, 32, 16);
    }
}
