using System.Runtime.InteropServices;

namespace Rtfm.Agent.Packets;

/// <summary>The attributes of one packet, as the packet matching engine compares them (RFC 2722 §4.1 "match key").</summary>
/// <remarks>80 octets, overwritten wholly for each packet. What the packet does not have is zero (RFC 2722 §4.4).</remarks>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = 80)]
public struct MatchKey
{
    public Endpoint Source;
    public Endpoint Dest;

    /// <summary>Octets to count at the network layer: IP total length, or the frame less its link header (AMB-32).</summary>
    public uint NetworkOctets;

    /// <summary>Octets to count at the adjacent layer: the frame on the wire, without frame check sequence.</summary>
    public uint AdjacentOctets;

    /// <summary>Octets in each peer address: 4 for IPv4, 16 for IPv6, 0 where there is none.</summary>
    public byte PeerLength;

    /// <summary>Octets in each adjacent address: 6 on Ethernet, 0 where there is none.</summary>
    public byte AdjacentLength;

    /// <summary>Why the packet is not to be matched at all; <see cref="UnparsedReason.None"/> for nearly every packet.</summary>
    public UnparsedReason Unparsed;
}
