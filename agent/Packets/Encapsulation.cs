using System.Buffers.Binary;

namespace Rtfm.Agent.Packets;

/// <summary>What may stand between a link header and the network header: VLAN tags, MPLS labels, PPPoE and PPP, LLC and SNAP.</summary>
internal static class Encapsulation
{
    /// <summary>More than any network stacks; a longer chain is an attack or an accident.</summary>
    private const int MaxHeaders = 16;

    /// <summary>The VLAN's number within a tag control information.</summary>
    public const int VlanIdMask = 0x0FFF;

    /// <summary>Goes on until <paramref name="protocol"/> is none of these any more.</summary>
    public static UnparsedReason Follow(ReadOnlySpan<byte> packet, ref MatchKey key, ref ushort protocol, ref int at)
    {
        for (var i = 0; i < MaxHeaders; i++)
        {
            UnparsedReason reason;
            switch (protocol)
            {
                case EtherType.Vlan or EtherType.ProviderBridge or EtherType.QinQOld1 or EtherType.QinQOld2 or EtherType.QinQOld3:
                    reason = ParseVlan(packet, ref key, ref protocol, ref at);
                    break;
                case EtherType.MplsUnicast or EtherType.MplsMulticast:
                    reason = ParseMpls(packet, ref key, ref protocol, ref at);
                    break;
                case EtherType.PppoeSession:
                    reason = ParsePppoe(packet, ref protocol, ref at);
                    break;
                case > EtherType.Unknown and < EtherType.Smallest:
                    reason = ParseLlc(packet, ref protocol, ref at);
                    break;
                default:
                    return UnparsedReason.None;
            }
            if (reason != UnparsedReason.None)
                return reason;
        }
        return UnparsedReason.TooManyLinkHeaders;
    }

    /// <summary>PPP in HDLC-like framing (RFC 1662): address and control may be left out, and the protocol's first octet.</summary>
    public static UnparsedReason ParsePpp(ReadOnlySpan<byte> packet, ref ushort protocol, ref int at)
    {
        if (packet.Length - at >= 2 && packet[at] == 0xFF && packet[at + 1] == 0x03)
            at += 2;
        return ParsePppProtocol(packet, ref protocol, ref at);
    }

    /// <summary>IPv4 or IPv6 by the first four bits, which is all that raw IP and MPLS have to tell them apart.</summary>
    public static ushort ByVersion(byte first) =>
        (first >> 4) switch
        {
            4 => EtherType.IPv4,
            6 => EtherType.IPv6,
            _ => EtherType.Unknown,
        };

    private static UnparsedReason ParseVlan(ReadOnlySpan<byte> packet, ref MatchKey key, ref ushort protocol, ref int at)
    {
        if (packet.Length - at < 4)
            return UnparsedReason.LinkHeaderCutOff;
        // The outermost tag is the one the operator of this link gave.
        if (key.VlanId == 0)
            key.VlanId = BinaryPrimitives.ReverseEndianness((ushort)(BinaryPrimitives.ReadUInt16BigEndian(packet[at..]) & VlanIdMask));
        protocol = BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 2)..]);
        at += 4;
        return UnparsedReason.None;
    }

    private static UnparsedReason ParseMpls(ReadOnlySpan<byte> packet, ref MatchKey key, ref ushort protocol, ref int at)
    {
        for (var i = 0; i < MaxHeaders; i++)
        {
            if (packet.Length - at < 4)
                return UnparsedReason.LinkHeaderCutOff;
            var isLast = (packet[at + 2] & 1) != 0;
            if (i == 0)
                key.MplsLabel.Set(BinaryPrimitives.ReadUInt32BigEndian(packet[at..]) >> 12);
            at += 4;
            if (isLast)
            {
                protocol = at < packet.Length ? ByVersion(packet[at]) : EtherType.Unknown;
                return UnparsedReason.None;
            }
        }
        return UnparsedReason.TooManyLinkHeaders;
    }

    private static UnparsedReason ParsePppoe(ReadOnlySpan<byte> packet, ref ushort protocol, ref int at)
    {
        if (packet.Length - at < 6)
            return UnparsedReason.LinkHeaderCutOff;
        at += 6;
        return ParsePppProtocol(packet, ref protocol, ref at);
    }

    private static UnparsedReason ParsePppProtocol(ReadOnlySpan<byte> packet, ref ushort protocol, ref int at)
    {
        if (packet.Length - at < 1)
            return UnparsedReason.LinkHeaderCutOff;
        int number = packet[at++];
        // An odd first octet is the whole number.
        if ((number & 1) == 0)
        {
            if (packet.Length - at < 1)
                return UnparsedReason.LinkHeaderCutOff;
            number = number << 8 | packet[at++];
        }
        protocol = number switch
        {
            0x0021 => EtherType.IPv4,
            0x0057 => EtherType.IPv6,
            0x0281 => EtherType.MplsUnicast,
            0x0283 => EtherType.MplsMulticast,
            _ => EtherType.Unknown,
        };
        return UnparsedReason.None;
    }

    /// <summary>IEEE 802.2: service access points, perhaps SNAP with an Ethernet type.</summary>
    private static UnparsedReason ParseLlc(ReadOnlySpan<byte> packet, ref ushort protocol, ref int at)
    {
        protocol = EtherType.Unknown;
        if (packet.Length - at < 3)
            return UnparsedReason.None; // a frame without content to speak of: its addresses are known
        switch (packet[at], packet[at + 1])
        {
            case (0xAA, 0xAA) when packet.Length - at >= 8:
                var type = BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 6)..]);
                // Other organisations' numbers mean other things.
                var isEthernet = packet[at + 3] == 0 && packet[at + 4] == 0 && packet[at + 5] is 0 or 0xF8;
                protocol = isEthernet && type >= EtherType.Smallest ? type : EtherType.Unknown;
                at += 8;
                break;
            case (0x06, 0x06):
                protocol = EtherType.IPv4;
                at += 3;
                break;
            case (0xE0, 0xE0):
                protocol = EtherType.Ipx;
                at += 3;
                break;
            case (0xFE, 0xFE):
                protocol = EtherType.Osi;
                at += 3;
                break;
            case (0xFF, 0xFF):
                protocol = EtherType.Ipx; // "raw" IPX has no LLC header
                break;
        }
        return UnparsedReason.None;
    }
}
