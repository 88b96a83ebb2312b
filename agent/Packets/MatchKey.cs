using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rtfm.Agent.Packets;

/// <summary>The attributes of one packet, as the packet matching engine compares them (RFC 2722 §4.1 "match key").</summary>
/// <remarks>
/// 168 octets, overwritten wholly for each packet. What the packet does not have is zero (RFC 2722 §4.4). Attributes of more than one octet are as on the
/// wire, most significant octet first.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = Length)]
public struct MatchKey
{
    public const int Length = 168;

    public const byte NoNetworkOffset = byte.MaxValue;

    public Endpoint Source;
    public Endpoint Dest;

    /// <summary>When the packet was captured: nanoseconds since 1970.</summary>
    public long TimeNs;

    /// <summary>Octets to count at the network layer: IP total length, or the frame less its link header (AMB-32).</summary>
    public uint NetworkOctets;

    /// <summary>Octets to count at the adjacent layer: the frame on the wire, without frame check sequence.</summary>
    public uint AdjacentOctets;

    /// <summary>TCP: the first octet's sequence number, and how many the segment takes, SYN and FIN included.</summary>
    public uint TcpSequence;
    public uint TcpLength;

    /// <summary>Octets in each peer address: 4 for IPv4, 16 for IPv6, 0 where there is none.</summary>
    public byte PeerLength;

    /// <summary>Octets in each adjacent address: 6 on Ethernet, 0 where there is none.</summary>
    public byte AdjacentLength;

    /// <summary>Octets in each address within a tunnel.</summary>
    public byte InnerLength;

    /// <summary>Why the packet is not to be matched at all; <see cref="UnparsedReason.None"/> for nearly every packet.</summary>
    public UnparsedReason Unparsed;

    /// <summary>The outermost 802.1Q tag's identifier.</summary>
    public ushort VlanId;

    /// <summary>DS code point: the upper six bits of the traffic class (RFC 2474).</summary>
    public byte DSCodePoint;

    /// <summary>The lower two.</summary>
    public byte Ecn;

    public byte TimeToLive;

    /// <summary>1: the first fragment of a datagram, 2: a later one, 0: not fragmented.</summary>
    public byte Fragment;

    /// <summary>CWR ECE URG ACK PSH RST SYN FIN, from the top bit down.</summary>
    public byte TcpFlags;
    public byte IcmpType;
    public byte IcmpCode;

    /// <summary>A <see cref="Packets.TunnelType"/>; 0 also where tunnels are not looked into.</summary>
    public byte TunnelType;
    public byte InnerPeerType;

    /// <summary>Where the network header begins in the captured octets; <see cref="NoNetworkOffset"/>: so far behind that nobody looks.</summary>
    public byte NetworkOffset;

    /// <summary>The label on top of the MPLS stack, 20 bits.</summary>
    public ThreeOctets MplsLabel;

    /// <summary>IPv6 flow label, 20 bits.</summary>
    public ThreeOctets FlowLabel;

    /// <summary>VXLAN network identifier, or GRE key.</summary>
    public uint TunnelId;

    public InnerAddressOctets SourceInnerAddress;
    public InnerAddressOctets DestInnerAddress;

    /// <summary>The two halves of the packet's key (decision 0013): the hash that selects it, and another one; this is 0 where the packet has no key, or nobody asked for it.</summary>
    public uint Selection;
    public uint Identity;
}

[InlineArray(3)]
public struct ThreeOctets
{
    private byte _element0;

    /// <summary>The lower 24 bits, most significant octet first.</summary>
    public void Set(uint value)
    {
        this[0] = (byte)(value >> 16);
        this[1] = (byte)(value >> 8);
        this[2] = (byte)value;
    }
}

[InlineArray(16)]
public struct InnerAddressOctets
{
    private byte _element0;
}
