using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Rtfm.Model;

namespace Rtfm.Agent.Packets;

/// <summary>Looks into IP-in-IP, GRE and VXLAN for the addresses within. One level: what is in a tunnel in a tunnel stays unseen.</summary>
internal static class Tunnel
{
    private const byte IPv4InIP = 4;
    private const byte Udp = 17;
    private const byte IPv6InIP = 41;
    private const byte Gre = 47;
    private const ushort VxlanPort = 4_789;

    /// <param name="protocol">The transport type of the outer packet.</param>
    /// <param name="payload">What follows the outer network header.</param>
    public static void Parse(byte protocol, ReadOnlySpan<byte> payload, ref MatchKey key)
    {
        switch (protocol)
        {
            case IPv4InIP:
                ParseInner(EtherType.IPv4, payload, TunnelType.IPInIP, ref key);
                break;
            case IPv6InIP:
                ParseInner(EtherType.IPv6, payload, TunnelType.IPInIP, ref key);
                break;
            case Gre:
                ParseGre(payload, ref key);
                break;
            case Udp when payload.Length >= 16 && BinaryPrimitives.ReadUInt16BigEndian(payload[2..]) == VxlanPort && (payload[8] & 0x08) != 0:
                key.TunnelId = BinaryPrimitives.ReverseEndianness(BinaryPrimitives.ReadUInt32BigEndian(payload[12..]) >> 8);
                ParseFrame(payload[16..], TunnelType.Vxlan, ref key);
                break;
        }
    }

    private static void ParseGre(ReadOnlySpan<byte> payload, ref MatchKey key)
    {
        const int Checksum = 0x80;
        const int Key = 0x20;
        const int Sequence = 0x10;
        // Version 0 only: version 1 is PPTP's.
        if (payload.Length < 4 || (payload[1] & 0x07) != 0)
            return;
        var at = 4 + ((payload[0] & Checksum) != 0 ? 4 : 0);
        if ((payload[0] & Key) != 0)
        {
            if (payload.Length < at + 4)
                return;
            key.TunnelId = MemoryMarshal.Read<uint>(payload[at..]);
            at += 4;
        }
        at += (payload[0] & Sequence) != 0 ? 4 : 0;
        if (payload.Length < at)
            return;
        const ushort TransparentEthernet = 0x6558;
        var type = BinaryPrimitives.ReadUInt16BigEndian(payload[2..]);
        if (type == TransparentEthernet)
            ParseFrame(payload[at..], TunnelType.Gre, ref key);
        else
            ParseInner(type, payload[at..], TunnelType.Gre, ref key);
    }

    private static void ParseFrame(ReadOnlySpan<byte> frame, TunnelType tunnel, ref MatchKey key)
    {
        key.TunnelType = (byte)tunnel;
        if (frame.Length < 14)
            return;
        var type = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);
        var at = 14;
        if (type == EtherType.Vlan && frame.Length >= 18)
        {
            type = BinaryPrimitives.ReadUInt16BigEndian(frame[16..]);
            at = 18;
        }
        ParseInner(type, frame[at..], tunnel, ref key);
    }

    private static void ParseInner(ushort type, ReadOnlySpan<byte> packet, TunnelType tunnel, ref MatchKey key)
    {
        key.TunnelType = (byte)tunnel;
        if (type == EtherType.IPv4 && packet.Length >= 20 && packet[0] >> 4 == 4)
        {
            key.InnerPeerType = (byte)PeerType.IPv4;
            key.InnerLength = 4;
            packet.Slice(12, 4).CopyTo(key.SourceInnerAddress);
            packet.Slice(16, 4).CopyTo(key.DestInnerAddress);
        }
        else if (type == EtherType.IPv6 && packet.Length >= 40 && packet[0] >> 4 == 6)
        {
            key.InnerPeerType = (byte)PeerType.IPv6;
            key.InnerLength = 16;
            packet.Slice(8, 16).CopyTo(key.SourceInnerAddress);
            packet.Slice(24, 16).CopyTo(key.DestInnerAddress);
        }
    }
}
