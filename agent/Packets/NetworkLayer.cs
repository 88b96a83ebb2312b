using System.Buffers.Binary;
using Rtfm.Model;

namespace Rtfm.Agent.Packets;

/// <summary>IPv4 and IPv6 headers: the peer attributes, and where the transport header begins.</summary>
internal static class NetworkLayer
{
    private const int MaxExtensionHeaders = 16;

    /// <param name="network">From the IP header to the end of what was captured.</param>
    /// <param name="onWire">Octets the frame had from there on.</param>
    /// <param name="intoTunnels">Whether to look for the addresses within tunnels.</param>
    public static void ParseIPv4(ReadOnlySpan<byte> network, int onWire, bool intoTunnels, ref MatchKey key, ParseCounters counters)
    {
        if (network.Length < 20)
        {
            key.Unparsed = UnparsedReason.NetworkHeaderCutOff;
            return;
        }
        var header = (network[0] & 0x0F) * 4;
        int total = BinaryPrimitives.ReadUInt16BigEndian(network[2..]);
        // Zero: the sender's network card was to fill it in (segmentation offload).
        var length = total == 0 ? onWire : total;
        if (network[0] >> 4 != 4 || header < 20 || length < header)
        {
            key.Unparsed = UnparsedReason.NetworkHeaderMalformed;
            return;
        }
        if (header > network.Length)
        {
            key.Unparsed = UnparsedReason.NetworkHeaderCutOff;
            return;
        }
        if (length > onWire)
            counters.Count(PartialReason.LengthBeyondFrame);

        key.NetworkOctets = (uint)length;
        key.PeerLength = 4;
        key.Source.PeerType = key.Dest.PeerType = (byte)PeerType.IPv4;
        key.Source.TransType = key.Dest.TransType = network[9];
        key.DSCodePoint = (byte)(network[1] >> 2);
        key.Ecn = (byte)(network[1] & 3);
        key.TimeToLive = network[8];
        network.Slice(12, 4).CopyTo(key.Source.PeerAddress);
        network.Slice(16, 4).CopyTo(key.Dest.PeerAddress);
        const int MoreFragments = 0x2000;
        var fragment = BinaryPrimitives.ReadUInt16BigEndian(network[6..]);
        if ((fragment & 0x1FFF) != 0)
        {
            key.Fragment = LaterFragment;
            return;
        }
        if ((fragment & MoreFragments) != 0)
            key.Fragment = FirstFragment;
        TransportLayer.Parse(network[9], network, header, length, ref key, counters);
        if (intoTunnels)
            Tunnel.Parse(network[9], network[header..], ref key);
    }

    /// <inheritdoc cref="ParseIPv4"/>
    public static void ParseIPv6(ReadOnlySpan<byte> network, int onWire, bool intoTunnels, ref MatchKey key, ParseCounters counters)
    {
        if (network.Length < 40)
        {
            key.Unparsed = UnparsedReason.NetworkHeaderCutOff;
            return;
        }
        if (network[0] >> 4 != 6)
        {
            key.Unparsed = UnparsedReason.NetworkHeaderMalformed;
            return;
        }
        int payload = BinaryPrimitives.ReadUInt16BigEndian(network[4..]);
        // Zero: a jumbogram, or to be filled in by the network card.
        var length = payload == 0 ? onWire : 40 + payload;
        if (length > onWire)
            counters.Count(PartialReason.LengthBeyondFrame);

        key.NetworkOctets = (uint)length;
        key.PeerLength = 16;
        key.Source.PeerType = key.Dest.PeerType = (byte)PeerType.IPv6;
        var firstWord = BinaryPrimitives.ReadUInt32BigEndian(network);
        key.DSCodePoint = (byte)((firstWord >> 22) & 0x3F);
        key.Ecn = (byte)((firstWord >> 20) & 3);
        key.FlowLabel.Set(firstWord & 0xF_FFFF);
        key.TimeToLive = network[7];
        network.Slice(8, 16).CopyTo(key.Source.PeerAddress);
        network.Slice(24, 16).CopyTo(key.Dest.PeerAddress);
        ParseExtensionHeaders(network, length, intoTunnels, ref key, counters);
    }

    // PME-31: the transport type is the protocol behind the extension headers. Authentication and encryption end the chain:
    // what they protect is not the meter's to look into, and they are what the packet is, in IPv6 as in IPv4.
    private static void ParseExtensionHeaders(ReadOnlySpan<byte> network, int length, bool intoTunnels, ref MatchKey key, ParseCounters counters)
    {
        var next = network[6];
        var at = 40;
        for (var i = 0; i < MaxExtensionHeaders; i++)
        {
            key.Source.TransType = key.Dest.TransType = next;
            if (next is not (HopByHop or Routing or Fragment or DestinationOptions))
            {
                TransportLayer.Parse(next, network, at, length, ref key, counters);
                if (intoTunnels)
                    Tunnel.Parse(next, network[at..], ref key);
                return;
            }
            if (network.Length - at < 8)
                break;
            var isLaterFragment = false;
            if (next == Fragment)
            {
                var fragment = BinaryPrimitives.ReadUInt16BigEndian(network[(at + 2)..]);
                isLaterFragment = (fragment & 0xFFF8) != 0;
                // Offset 0 and no more to come: an atomic fragment, a whole datagram (RFC 6946).
                key.Fragment =
                    isLaterFragment ? LaterFragment
                    : (fragment & 1) != 0 ? FirstFragment
                    : (byte)0;
            }
            var headerLength = next == Fragment ? 8 : (network[at + 1] + 1) * 8;
            next = network[at];
            if (isLaterFragment)
            {
                key.Source.TransType = key.Dest.TransType = next;
                return;
            }
            if (network.Length - at < headerLength)
            {
                key.Source.TransType = key.Dest.TransType = next;
                break;
            }
            at += headerLength;
        }
        counters.Count(PartialReason.ExtensionHeadersCutOff);
    }

    private const byte FirstFragment = 1;
    private const byte LaterFragment = 2;
    private const byte HopByHop = 0;
    private const byte Routing = 43;
    private const byte Fragment = 44;
    private const byte DestinationOptions = 60;
}
