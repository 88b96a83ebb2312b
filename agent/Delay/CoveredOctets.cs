using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Rtfm.Agent.Delay.Hashing;

namespace Rtfm.Agent.Delay;

/// <summary>The octets of a packet that its key is made of: what routers leave alone (decision 0013; RFC 5475 §6.2.2).</summary>
/// <remarks>
/// <para>IPv4: source and destination address; identification, fragment offset and "more fragments"; total length, a zero, protocol. 16 octets.</para>
/// <para>IPv6: source and destination address; payload length, a zero, the protocol behind the extension headers; of a fragment, identification, two zeros, offset and "more". 36 or 44 octets.</para>
/// <para>Then of TCP the header with its options (of a SYN without: routers lower its MSS), of other transports 8 octets, of SCTP 12, each with zeros for its checksum, which is unfinished where a network card is
/// to complete it; then the payload. Of what is no transport header, or no first fragment: 8 octets and as many as of the payload.</para>
/// <para>All in words of four octets, the last one filled up with zeros, though these are not counted in the length.</para>
/// </remarks>
internal static unsafe class CoveredOctets
{
    private const int IPv4Header = 20;
    private const int IPv6Header = 40;
    private const int FragmentHeader = 8;
    private const int LongestTcpHeader = 60;

    /// <summary>Of what is behind the network header, beside the payload.</summary>
    private const int Least = 8;

    /// <summary>The most octets there are.</summary>
    public const int Longest = IPv6Header + 4 + LongestTcpHeader + KeySettings.MostPayloadOctets;

    /// <summary>What a usual packet has behind its network header, at most; so many are copied without a look.</summary>
    private const int Usual = 48;

    private const int MaxExtensionHeaders = 16;

    private const byte HopByHop = 0;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const byte Routing = 43;
    private const byte Fragment = 44;
    private const byte IcmpV6 = 58;
    private const byte DestinationOptions = 60;
    private const byte Sctp = 132;
    private const byte UdpLite = 136;

    /// <summary>From one word of a packet to its next: other packets' are between them. Known when this is compiled, or copying would take twice as long.</summary>
    public static int Step => BobLanes.Count;

    /// <summary>Copies a packet's octets, word by word.</summary>
    /// <param name="ip">The network header.</param>
    /// <param name="captured">Octets from there to the end of what was captured.</param>
    /// <param name="payload">How many octets of payload count.</param>
    /// <param name="words">Where the first word goes: with those that follow, each <see cref="Step"/> further, room for <see cref="Longest"/> octets.</param>
    /// <returns>How many octets there are; 0: the packet has no key, since too little of it was captured, or it is not IP.</returns>
    public static int Copy(byte* ip, int captured, int payload, uint* words)
    {
        if (captured < IPv4Header)
            return 0;
        return (*ip >> 4) switch
        {
            4 => CopyIPv4(ip, captured, payload, words),
            6 => CopyIPv6(ip, captured, payload, words),
            _ => 0,
        };
    }

    private static int CopyIPv4(byte* ip, int captured, int payload, uint* words)
    {
        // Octet by octet as on the wire: identification, then "more fragments" and the offset without what is before them.
        const uint WithoutDontFragment = 0xFF3F_FFFF;
        const uint Offset = 0xFF1F_0000;
        var header = (*ip & 0x0F) * 4;
        var length = UInt16(ip + 2);
        // A total length of 0 is the sender's own card's to fill in: elsewhere the packet is several.
        if (header < IPv4Header || length < header || captured < header)
            return 0;
        var identification = UInt32(ip + 4) & WithoutDontFragment;
        words[0] = UInt32(ip + 12);
        words[Step] = UInt32(ip + 16);
        words[2 * Step] = identification;
        words[3 * Step] = (UInt32(ip + 2) & 0xFFFF) | (uint)ip[9] << 24;
        var isTransport = (identification & Offset) == 0;
        return CopyTransport(isTransport ? ip[9] : HopByHop, ip, header, length, captured, payload, words, 4);
    }

    private static int CopyIPv6(byte* ip, int captured, int payload, uint* words)
    {
        var length = UInt16(ip + 4);
        if (captured < IPv6Header || length == 0)
            return 0;
        length += IPv6Header;
        for (var i = 0; i < 8; i++)
            words[i * Step] = UInt32(ip + 8 + 4 * i);
        var count = 9;
        var next = ip[6];
        var at = IPv6Header;
        var isTransport = true;
        for (var i = 0; isTransport && next is HopByHop or Routing or Fragment or DestinationOptions; i++)
        {
            // The header's first eight octets lie inside what was captured.
            if (i == MaxExtensionHeaders || captured - at < FragmentHeader)
                return 0;
            var header = next == Fragment ? FragmentHeader : (ip[at + 1] + 1) * 8;
            // A whole datagram may have the header of a fragment, too (RFC 6946). There is one: a second makes no words.
            if (next == Fragment && count == 9)
            {
                words[9 * Step] = UInt32(ip + at + 4);
                words[10 * Step] = UInt32(ip + at) & 0xF9FF_0000;
                count = 11;
            }
            if (next == Fragment)
                isTransport = (UInt16(ip + at + 2) & 0xFFF8) == 0;
            next = ip[at];
            at += header;
        }
        words[8 * Step] = (UInt32(ip + 4) & 0xFFFF) | (uint)next << 24;
        return CopyTransport(isTransport ? next : HopByHop, ip, at, length, captured, payload, words, count);
    }

    /// <param name="protocol"><see cref="HopByHop"/>, which is none, where no transport header is there.</param>
    /// <param name="count">How many words there are already.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CopyTransport(byte protocol, byte* ip, int at, int length, int captured, int payload, uint* words, int count)
    {
        var transport = ip + at;
        var left = captured - at;
        // Never more than the datagram has, whatever the frame is filled up with.
        length -= at;
        if (length < 0)
            return 0;
        var to = words + count * Step;
        if (left >= Usual && CopyUsual(protocol, transport, length, payload, to) is > 0 and var usual)
            return count * 4 + usual;
        var header = Least;
        var skipped = 0;
        if (protocol == Tcp)
        {
            const int LeastTcp = 20;
            const byte Syn = 2;
            if (length < LeastTcp || left < LeastTcp)
                return 0;
            header = Math.Max(transport[12] >> 4, LeastTcp / 4) * 4;
            if ((transport[13] & Syn) != 0)
                (header, skipped) = (LeastTcp, header - LeastTcp);
        }
        else if (protocol == Sctp)
        {
            header = 12;
        }
        var first = Math.Min(header, length);
        var second = Math.Clamp(length - header - skipped, 0, payload);
        if (left < first || (second > 0 && left < header + skipped + second))
            return 0;
        CopyWords(transport, first, to);
        LeaveOutChecksum(protocol, first, to);
        // Only a whole header has payload behind it: both are whole words.
        CopyWords(transport + header + skipped, second, to + header / 4 * Step);
        return count * 4 + first + second;
    }

    /// <summary>TCP and UDP without anything special, as most packets are: with few branches, since nobody can foresee them.</summary>
    /// <returns>0: it is something special; nothing is copied then.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CopyUsual(byte protocol, byte* transport, int length, int payload, uint* to)
    {
        const byte Syn = 2;
        var isTcp = protocol == Tcp;
        var header = isTcp ? (transport[12] >> 4) * 4 : 8;
        var isSpecial = (protocol != Tcp & protocol != Udp) | length < header | header + payload > Usual;
        isSpecial |= isTcp & ((transport[13] & Syn) != 0 | header < 20);
        if (isSpecial)
            return 0;
        // All of them were captured, though not all may count: those are words that are not looked at, and the rest of one.
        for (var i = 0; i < Usual; i += 16, transport += 16)
        {
            to[i / 4 * Step] = UInt32(transport);
            to[(i / 4 + 1) * Step] = UInt32(transport + 4);
            to[(i / 4 + 2) * Step] = UInt32(transport + 8);
            to[(i / 4 + 3) * Step] = UInt32(transport + 12);
        }
        to[Step] &= isTcp ? uint.MaxValue : 0x0000_FFFF;
        to[4 * Step] &= isTcp ? 0xFFFF_0000 : uint.MaxValue;
        var counted = Math.Min(header + payload, length);
        to[counted / 4 * Step] &= ~(uint.MaxValue << counted % 4 * 8);
        return counted;
    }

    private static void LeaveOutChecksum(byte protocol, int length, uint* words)
    {
        const uint FirstHalf = 0x0000_FFFF;
        switch (protocol)
        {
            case Tcp:
                words[4 * Step] &= ~FirstHalf;
                break;
            case Udp or UdpLite when length >= 8:
                words[Step] &= FirstHalf;
                break;
            case IcmpV6 when length >= 4:
                words[0] &= FirstHalf;
                break;
            case Sctp when length >= 12:
                words[2 * Step] = 0;
                break;
        }
    }

    /// <param name="length">All of them are there.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyWords(byte* from, int length, uint* to)
    {
        for (; length >= 4; length -= 4, from += 4, to += Step)
            *to = UInt32(from);
        if (length == 0)
            return;
        var last = 0u;
        for (var i = 0; i < length; i++)
            last |= (uint)from[i] << (8 * i);
        *to = last;
    }

    private static int UInt16(byte* at) => BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(at, 2));

    /// <summary>The first octet is the lowest.</summary>
    private static uint UInt32(byte* at) => BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(at, 4));
}
