using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rtfm.Agent.Packets;

/// <summary>Transport headers: ports, TCP flags and sequence, ICMP type and code. What a protocol does not have reads as zero.</summary>
internal static class TransportLayer
{
    private const byte Icmp = 1;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const byte Dccp = 33;
    private const byte IcmpV6 = 58;
    private const byte Sctp = 132;
    private const byte UdpLite = 136;

    /// <param name="network">From the network header to the end of what was captured.</param>
    /// <param name="at">Where the transport header begins.</param>
    /// <param name="length">Octets of the network packet, header included.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Parse(byte protocol, ReadOnlySpan<byte> network, int at, int length, ref MatchKey key, ParseCounters counters)
    {
        switch (protocol)
        {
            case Tcp:
                ParsePorts(network, at, ref key, counters);
                if (network.Length - at >= 14)
                    ParseTcp(network.Slice(at, 14), length - at, ref key);
                break;
            case Udp:
                ParsePorts(network, at, ref key, counters);
                break;
            default:
                ParseOther(protocol, network, at, ref key, counters);
                break;
        }
    }

    private static void ParseOther(byte protocol, ReadOnlySpan<byte> network, int at, ref MatchKey key, ParseCounters counters)
    {
        if (protocol is Dccp or Sctp or UdpLite)
        {
            ParsePorts(network, at, ref key, counters);
        }
        else if (protocol is Icmp or IcmpV6 && network.Length - at >= 2)
        {
            key.IcmpType = network[at];
            key.IcmpCode = network[at + 1];
        }
    }

    // All protocols with ports begin with source and destination port.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ParsePorts(ReadOnlySpan<byte> network, int at, ref MatchKey key, ParseCounters counters)
    {
        if (network.Length - at < 4)
        {
            counters.Count(PartialReason.TransportHeaderCutOff);
            return;
        }
        var ports = MemoryMarshal.Read<uint>(network.Slice(at, 4));
        Unsafe.WriteUnaligned(ref key.Source.TransAddressHigh, (ushort)ports);
        Unsafe.WriteUnaligned(ref key.Dest.TransAddressHigh, (ushort)(ports >> 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ParseTcp(ReadOnlySpan<byte> tcp, int length, ref MatchKey key)
    {
        const int SynAndFin = 0x03;
        var flags = tcp[13];
        key.TcpFlags = flags;
        key.TcpSequence = BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]);
        var payload = Math.Max(length - (tcp[12] >> 4) * 4, 0);
        key.TcpLength = (uint)(payload + System.Numerics.BitOperations.PopCount((uint)(flags & SynAndFin)));
    }
}
