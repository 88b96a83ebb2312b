using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rtfm.Agent.Packets;

/// <summary>The attributes of one side of a packet. Both sides have the same layout, so that reversing a packet is reading the other one.</summary>
/// <remarks>32 octets. Addresses are left-justified and zero beyond their length; ports are as on the wire.</remarks>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Endpoint
{
    public PeerAddressOctets PeerAddress;
    public AdjacentAddressOctets AdjacentAddress;
    public byte TransAddressHigh;
    public byte TransAddressLow;
    public byte Interface;
    public byte AdjacentType;
    public byte PeerType;
    public byte TransType;
}

[InlineArray(20)]
public struct PeerAddressOctets
{
    private byte _element0;
}

[InlineArray(6)]
public struct AdjacentAddressOctets
{
    private byte _element0;
}
