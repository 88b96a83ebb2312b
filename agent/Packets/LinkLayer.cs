using System.Buffers.Binary;
using Rtfm.Agent.Capture;
using Rtfm.Model;

namespace Rtfm.Agent.Packets;

/// <summary>Link headers: finds where the network header begins and what it is; fills in the adjacent attributes.</summary>
internal static class LinkLayer
{
    private const int MacLength = 6;

    /// <param name="protocol">What follows, as an <see cref="EtherType"/>.</param>
    /// <param name="header">Octets before it.</param>
    public static UnparsedReason Parse(LinkType type, ReadOnlySpan<byte> packet, ref MatchKey key, out ushort protocol, out int header)
    {
        header = 0;
        protocol = EtherType.Unknown;
        switch (type)
        {
            case LinkType.Ethernet:
                return ParseEthernet(packet, ref key, ref protocol, ref header);
            case LinkType.LinuxSll:
                return ParseLinuxSll(packet, ref key, ref protocol, ref header);
            case LinkType.LinuxSll2:
                return ParseLinuxSll2(packet, ref key, ref protocol, ref header);
            case LinkType.Raw or LinkType.RawBsd or LinkType.RawOpenBsd:
                return ParseRaw(packet, out protocol);
            case LinkType.IPv4:
                protocol = EtherType.IPv4;
                return UnparsedReason.None;
            case LinkType.IPv6:
                protocol = EtherType.IPv6;
                return UnparsedReason.None;
            case LinkType.Null or LinkType.Loop:
                return ParseLoopback(packet, out protocol, out header);
            case LinkType.Ppp or LinkType.PppHdlc:
                return Encapsulation.ParsePpp(packet, ref protocol, ref header) is var ppp and not UnparsedReason.None
                    ? ppp
                    : Encapsulation.Follow(packet, ref key, ref protocol, ref header);
            case LinkType.PppoeSession:
                protocol = EtherType.PppoeSession;
                return Encapsulation.Follow(packet, ref key, ref protocol, ref header);
            case LinkType.CiscoHdlc:
                // Address, control, then an Ethernet type.
                if (packet.Length < 4)
                    return UnparsedReason.LinkHeaderCutOff;
                protocol = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
                header = 4;
                return Encapsulation.Follow(packet, ref key, ref protocol, ref header);
            default:
                return UnparsedReason.UnknownLinkType;
        }
    }

    private static UnparsedReason ParseEthernet(ReadOnlySpan<byte> packet, ref MatchKey key, ref ushort protocol, ref int header)
    {
        if (packet.Length < 14)
            return UnparsedReason.LinkHeaderCutOff;
        packet[..MacLength].CopyTo(key.Dest.AdjacentAddress);
        packet.Slice(MacLength, MacLength).CopyTo(key.Source.AdjacentAddress);
        SetEthernet(ref key);
        protocol = BinaryPrimitives.ReadUInt16BigEndian(packet[12..]);
        header = 14;
        // Nearly all there is: no tag, nothing to follow.
        return protocol is EtherType.IPv4 or EtherType.IPv6 ? UnparsedReason.None : Encapsulation.Follow(packet, ref key, ref protocol, ref header);
    }

    private static UnparsedReason ParseLinuxSll(ReadOnlySpan<byte> packet, ref MatchKey key, ref ushort protocol, ref int header)
    {
        if (packet.Length < 16)
            return UnparsedReason.LinkHeaderCutOff;
        SetCooked(packet[2..], packet.Slice(6, MacLength), addressLength: packet[5], ref key);
        protocol = BinaryPrimitives.ReadUInt16BigEndian(packet[14..]);
        header = 16;
        return Encapsulation.Follow(packet, ref key, ref protocol, ref header);
    }

    private static UnparsedReason ParseLinuxSll2(ReadOnlySpan<byte> packet, ref MatchKey key, ref ushort protocol, ref int header)
    {
        if (packet.Length < 20)
            return UnparsedReason.LinkHeaderCutOff;
        SetCooked(packet[8..], packet.Slice(12, MacLength), addressLength: packet[11], ref key);
        protocol = BinaryPrimitives.ReadUInt16BigEndian(packet);
        header = 20;
        return Encapsulation.Follow(packet, ref key, ref protocol, ref header);
    }

    /// <summary>A cooked capture keeps the sender's address only.</summary>
    private static void SetCooked(ReadOnlySpan<byte> hardwareType, ReadOnlySpan<byte> address, byte addressLength, ref MatchKey key)
    {
        const int Ethernet = 1;
        if (BinaryPrimitives.ReadUInt16BigEndian(hardwareType) != Ethernet || addressLength != MacLength)
            return;
        address.CopyTo(key.Source.AdjacentAddress);
        SetEthernet(ref key);
    }

    private static void SetEthernet(ref MatchKey key)
    {
        key.AdjacentLength = MacLength;
        key.Source.AdjacentType = key.Dest.AdjacentType = (byte)AdjacentType.Ethernet;
    }

    private static UnparsedReason ParseRaw(ReadOnlySpan<byte> packet, out ushort protocol)
    {
        protocol = packet.IsEmpty ? EtherType.Unknown : Encapsulation.ByVersion(packet[0]);
        return packet.IsEmpty ? UnparsedReason.LinkHeaderCutOff : UnparsedReason.None;
    }

    private static UnparsedReason ParseLoopback(ReadOnlySpan<byte> packet, out ushort protocol, out int header)
    {
        (protocol, header) = (EtherType.Unknown, 4);
        if (packet.Length < 4)
            return UnparsedReason.LinkHeaderCutOff;
        // The sender's number for the address family, in the sender's byte order: small either way.
        var family = BinaryPrimitives.ReadUInt32LittleEndian(packet);
        if (family > 0xFFFF)
            family = BinaryPrimitives.ReverseEndianness(family);
        protocol = family switch
        {
            2 => EtherType.IPv4,
            10 or 24 or 28 or 30 => EtherType.IPv6, // Linux, NetBSD and OpenBSD, FreeBSD, macOS
            _ => EtherType.Unknown,
        };
        return UnparsedReason.None;
    }
}
