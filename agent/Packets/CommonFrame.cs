using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rtfm.Agent.Capture;
using Rtfm.Model;

namespace Rtfm.Agent.Packets;

/// <summary>What nearly every packet is, parsed in one go: Ethernet, perhaps a tag, a whole IPv4 or IPv6 datagram without options or extension headers, TCP or UDP.</summary>
/// <remarks>Saves 5 to 10 ns of each packet beside the layers one by one; whatever is unusual about a packet is left to them. Both make the same key.</remarks>
internal static unsafe class CommonFrame
{
    private const int EthernetHeader = 14;
    private const int IPv4Header = 20;
    private const int IPv6Header = 40;

    /// <summary>Of a TCP header: up to the flags.</summary>
    private const int TransportNeeded = 14;
    private const byte Tcp = 6;
    private const byte Udp = 17;

    /// <param name="key">Zero, but for what the capture itself says of the packet.</param>
    /// <returns>False where the packet is another one; nothing of the key has changed then.</returns>
    public static bool TryParse(in CapturedPacket packet, ref MatchKey key)
    {
        var captured = packet.CapturedLength;
        if (packet.LinkType != LinkType.Ethernet || captured < EthernetHeader + IPv4Header || !BitConverter.IsLittleEndian)
            return false;
        var frame = packet.Data;
        // Whether there is a tag, and TCP or UDP, nobody can foresee: no branches.
        var isTagged = UInt16(frame + 12) == EtherType.Vlan;
        var header = EthernetHeader + (isTagged ? CapturedPacket.VlanTagLength : 0);
        var protocol = UInt16(frame + header - 2);
        var tag = BinaryPrimitives.ReverseEndianness((ushort)(UInt16(frame + EthernetHeader) & Encapsulation.VlanIdMask));
        // The outermost tag is the one that counts.
        var vlan = isTagged & key.VlanId == 0 ? tag : key.VlanId;
        captured -= header;
        var onWire = packet.WireLength - header - (packet.VlanTpid != 0 ? CapturedPacket.VlanTagLength : 0);
        return protocol switch
        {
            EtherType.IPv4 => TryParseIPv4(frame, frame + header, captured, onWire, vlan, ref key),
            EtherType.IPv6 => TryParseIPv6(frame, frame + header, captured, onWire, vlan, ref key),
            _ => false,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryParseIPv4(byte* frame, byte* ip, int captured, int onWire, ushort vlan, ref MatchKey key)
    {
        const byte VersionAndLength = 0x45;
        const int FragmentBits = 0x3FFF;
        if (captured < IPv4Header || ip[0] != VersionAndLength || (UInt16(ip + 6) & FragmentBits) != 0)
            return false;
        var length = (int)UInt16(ip + 2);
        if (length < IPv4Header || length > onWire || !HasTransport(ip[9], captured - IPv4Header))
            return false;
        key.NetworkOctets = (uint)length;
        key.NetworkOffset = (byte)(ip - frame);
        key.VlanId = vlan;
        key.PeerLength = 4;
        key.DSCodePoint = (byte)(ip[1] >> 2);
        key.Ecn = (byte)(ip[1] & 3);
        key.TimeToLive = ip[8];
        var source = Vector128.CreateScalar(*(uint*)(ip + 12)).AsByte();
        var dest = Vector128.CreateScalar(*(uint*)(ip + 16)).AsByte();
        SetEndpoints(frame, source, dest, PeerType.IPv4, ip[9], *(uint*)(ip + IPv4Header), ref key);
        SetTcp(ip[9] == Tcp, ip + IPv4Header, length - IPv4Header, ref key);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryParseIPv6(byte* frame, byte* ip, int captured, int onWire, ushort vlan, ref MatchKey key)
    {
        if (captured < IPv6Header || ip[0] >> 4 != 6)
            return false;
        var payload = (int)UInt16(ip + 4);
        if (payload == 0 || IPv6Header + payload > onWire || !HasTransport(ip[6], captured - IPv6Header))
            return false;
        key.NetworkOctets = (uint)(IPv6Header + payload);
        key.NetworkOffset = (byte)(ip - frame);
        key.VlanId = vlan;
        key.PeerLength = 16;
        var firstWord = BinaryPrimitives.ReverseEndianness(*(uint*)ip);
        key.DSCodePoint = (byte)((firstWord >> 22) & 0x3F);
        key.Ecn = (byte)((firstWord >> 20) & 3);
        key.FlowLabel.Set(firstWord & 0xF_FFFF);
        key.TimeToLive = ip[7];
        SetEndpoints(frame, Vector128.Load(ip + 8), Vector128.Load(ip + 24), PeerType.IPv6, ip[6], *(uint*)(ip + IPv6Header), ref key);
        SetTcp(ip[6] == Tcp, ip + IPv6Header, payload, ref key);
        return true;
    }

    private static bool HasTransport(byte protocol, int captured) => (protocol == Tcp | protocol == Udp) & captured >= TransportNeeded;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetEndpoints(
        byte* frame,
        Vector128<byte> source,
        Vector128<byte> dest,
        PeerType type,
        byte protocol,
        uint ports,
        ref MatchKey key
    )
    {
        const int MacBits = 48;
        const ulong Mac = (1ul << MacBits) - 1;
        var sourceMac = *(ulong*)(frame + 6);
        var destMac = *(ulong*)frame;
        key.AdjacentLength = 6;
        key.Source.Set(source, sourceMac & Mac | (ulong)ports << MacBits, type, protocol);
        key.Dest.Set(dest, destMac & Mac | (ulong)(ports >> 16) << MacBits, type, protocol);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetTcp(bool isTcp, byte* transport, int length, ref MatchKey key)
    {
        const int SynAndFin = 0x03;
        var flags = transport[13];
        var taken = Math.Max(length - (transport[12] >> 4) * 4, 0) + BitOperations.PopCount((uint)(flags & SynAndFin));
        var mask = isTcp ? ~0u : 0;
        key.TcpFlags = (byte)(flags & mask);
        key.TcpSequence = BinaryPrimitives.ReverseEndianness(*(uint*)(transport + 4)) & mask;
        key.TcpLength = (uint)taken & mask;
    }

    private static ushort UInt16(byte* at) => BinaryPrimitives.ReverseEndianness(*(ushort*)at);
}
