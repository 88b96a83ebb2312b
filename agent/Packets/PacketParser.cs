using System.Buffers.Binary;
using Rtfm.Agent.Capture;
using Rtfm.Model;

namespace Rtfm.Agent.Packets;

/// <summary>Turns captured octets into match keys (RFC 2722 §4.1). Every octet is hostile: whatever they are, it ends, inside the packet, without an exception.</summary>
public static class PacketParser
{
    /// <summary>Parses a batch.</summary>
    /// <param name="packets">As they were captured.</param>
    /// <param name="keys">Receives one key per packet, in the same order.</param>
    /// <param name="counters">What could not be parsed is counted here by reason.</param>
    /// <param name="intoTunnels">Whether to look for the addresses within tunnels.</param>
    public static void Parse(ReadOnlySpan<CapturedPacket> packets, Span<MatchKey> keys, ParseCounters counters, bool intoTunnels = false)
    {
        counters.Packets += (ulong)packets.Length;
        for (var i = 0; i < packets.Length; i++)
        {
            ref readonly var packet = ref packets[i];
            ref var key = ref keys[i];
            key = default;
            Parse(packet, intoTunnels, ref key, counters);
            if (key.Unparsed != UnparsedReason.None)
                counters.Count(key.Unparsed);
        }
    }

    private static void Parse(in CapturedPacket packet, bool intoTunnels, ref MatchKey key, ParseCounters counters)
    {
        // AMB-36: one octet in the matching engine; interfaces beyond 255 read as 0.
        var point = packet.Interface is > 0 and <= 255 ? (byte)packet.Interface : (byte)0;
        // What came in has left no interface yet, what goes out came from somewhere inside: at an edge the record says which (decision 0012).
        key.Source.Interface = packet.Direction == PacketDirection.Out ? (byte)0 : point;
        key.Dest.Interface = packet.Direction == PacketDirection.In ? (byte)0 : point;
        key.TimeNs = packet.TimeNs;
        key.AdjacentOctets = (uint)packet.WireLength;
        if (packet.VlanTpid != 0)
            key.VlanId = BinaryPrimitives.ReverseEndianness((ushort)(packet.VlanTci & Encapsulation.VlanIdMask));
        if (intoTunnels || !CommonFrame.TryParse(packet, ref key))
            ParseLayers(packet, intoTunnels, ref key, counters);
    }

    /// <summary>Parses any packet, one layer after the other.</summary>
    internal static void ParseLayers(in CapturedPacket packet, bool intoTunnels, ref MatchKey key, ParseCounters counters)
    {
        var captured = packet.Captured;
        key.Unparsed = LinkLayer.Parse(packet.LinkType, captured, ref key, out var protocol, out var header);
        if (key.Unparsed != UnparsedReason.None)
            return;

        var tag = packet.VlanTpid != 0 ? CapturedPacket.VlanTagLength : 0;
        var onWire = Math.Max(packet.WireLength - tag - header, 0);
        key.NetworkOctets = (uint)onWire;
        key.NetworkOffset = (byte)Math.Min(header, MatchKey.NoNetworkOffset);
        var network = captured[header..];
        switch (protocol)
        {
            case EtherType.IPv4:
                NetworkLayer.ParseIPv4(network, onWire, intoTunnels, ref key, counters);
                break;
            case EtherType.IPv6:
                NetworkLayer.ParseIPv6(network, onWire, intoTunnels, ref key, counters);
                break;
            default:
                key.Source.PeerType = key.Dest.PeerType = (byte)PeerTypeOf(protocol);
                counters.Count(PartialReason.UnknownNetworkProtocol);
                break;
        }
    }

    private static PeerType PeerTypeOf(ushort protocol) =>
        protocol switch
        {
            EtherType.Osi => PeerType.Nsap,
            EtherType.Ipx or EtherType.IpxOld => PeerType.Ipx,
            EtherType.AppleTalk => PeerType.AppleTalk,
            EtherType.DecNet => PeerType.DecNet,
            _ => PeerType.Unknown,
        };
}
