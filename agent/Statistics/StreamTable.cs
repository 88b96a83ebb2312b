using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rtfm.Agent.Packets;

namespace Rtfm.Agent.Statistics;

/// <summary>One TCP or UDP stream within a flow.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct StreamSlot
{
    /// <summary>Made of addresses, ports and protocol; 0: the slot is free.</summary>
    public ulong Id;
    public long LastNs;

    /// <summary>The sequence number that the next octet has, in each direction.</summary>
    public uint ToNext;
    public uint FromNext;

    /// <summary>The latest interval in which it was active, plus 1, in each direction.</summary>
    public uint ToInterval;
    public uint FromInterval;

    /// <summary>Directions whose next sequence number is known.</summary>
    public PacketDirection Known;
}

/// <summary>The streams of a flow that are told apart: a small table, in which the stream that was silent for longest makes room.</summary>
internal static unsafe class StreamTable
{
    private const int Ways = 8;
    private const int DefaultSlots = 64;
    private const int MaxSlots = 4_096;
    private const ulong Spread = 0x9E37_79B9_7F4A_7C15;

    /// <summary>Slots for so many streams; 0: the default.</summary>
    public static int SlotsFor(int streams) => streams == 0 ? DefaultSlots : Math.Min((streams + Ways - 1) / Ways * Ways, MaxSlots);

    /// <summary>The packet's stream, made where it is new; null for a packet that belongs to none.</summary>
    public static StreamSlot* Find(StreamSlot* slots, int count, in MatchKey packet)
    {
        if (packet.Source.TransType is not (6 or 17) || packet.Fragment == 2)
            return null;
        // The same both ways round.
        var id = Side(packet.Source) + Side(packet.Dest) ^ packet.Source.TransType | 1;
        var group = slots + (uint)((id * Spread >> 32) % (uint)(count / Ways)) * Ways;
        var oldest = group;
        for (var slot = group; slot < group + Ways; slot++)
        {
            if (slot->Id == id)
                return slot;
            if (slot->LastNs < oldest->LastNs)
                oldest = slot;
        }
        *oldest = new StreamSlot { Id = id };
        return oldest;
    }

    /// <summary>How many new octets of TCP the packet carries: how far the sequence number goes beyond what was seen.</summary>
    public static uint Advance(StreamSlot* slot, in MatchKey packet, PacketDirection direction)
    {
        const byte Fin = 1;
        const byte Syn = 2;
        ref var next = ref direction == PacketDirection.To ? ref slot->ToNext : ref slot->FromNext;
        var end = packet.TcpSequence + packet.TcpLength;
        var isNew = (slot->Known & direction) == 0 || (packet.TcpFlags & Syn) != 0;
        var advance = isNew ? (int)packet.TcpLength : unchecked((int)(end - next));
        if (advance <= 0)
            return 0;
        next = end;
        slot->Known |= direction;
        // SYN and FIN take a number each and carry nothing.
        var signals = ((packet.TcpFlags & Syn) != 0 ? 1 : 0) + ((packet.TcpFlags & Fin) != 0 ? 1 : 0);
        return (uint)Math.Max(advance - signals, 0);
    }

    private static ulong Side(in Endpoint side)
    {
        ref var octets = ref Unsafe.As<Endpoint, byte>(ref Unsafe.AsRef(in side));
        var low = Unsafe.ReadUnaligned<ulong>(ref octets);
        var high = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref octets, 8));
        var port = (ulong)(side.TransAddressHigh << 8 | side.TransAddressLow);
        return Math.BigMul(low ^ port << 48 ^ Spread, high ^ Spread | 1, out var folded) ^ folded;
    }
}
