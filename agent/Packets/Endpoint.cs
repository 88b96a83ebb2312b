using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Rtfm.Model;

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

    /// <summary>Fills in an end of a packet on Ethernet, all but its interface.</summary>
    /// <param name="peer">The peer address, zero beyond its length.</param>
    /// <param name="adjacentAndPort">Six octets of adjacent address, two of port.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Set(Vector128<byte> peer, ulong adjacentAndPort, PeerType peerType, byte protocol)
    {
        Unsafe.WriteUnaligned(ref PeerAddress[0], peer);
        Unsafe.WriteUnaligned(ref AdjacentAddress[0], adjacentAndPort);
        AdjacentType = (byte)Model.AdjacentType.Ethernet;
        PeerType = (byte)peerType;
        TransType = protocol;
    }
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
