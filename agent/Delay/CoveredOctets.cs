using System.Buffers.Binary;

namespace Rtfm.Agent.Delay;

/// <summary>The octets of a packet that its key is made of: what routers leave alone (decision 0013; RFC 5475 §6.2.2).</summary>
/// <remarks>
/// <para>IPv4, 16 octets: total length, a zero, protocol; identification, "more fragments" and fragment offset; source and destination address.</para>
/// <para>IPv6, 36 octets: payload length, a zero, the protocol behind the extension headers; source and destination address. Of a fragment 8 more: its identification, offset and "more", two zeros.</para>
/// <para>Then what is behind these headers, as many octets as the settings say, zeros where the datagram ends before; zeros also for a transport header's checksum, which is unfinished where a network card is to
/// complete it, and for the options of a TCP SYN, whose MSS routers lower.</para>
/// <para>So the octets are as many for each packet of an IP version, and <see cref="KeyLanes"/> takes those of many packets at once; this is what it has to agree with.</para>
/// </remarks>
internal static unsafe class CoveredOctets
{
    public const int IPv4Header = 20;
    public const int IPv6Header = 40;

    /// <summary>Octets made of an IPv4 header.</summary>
    public const int OfIPv4 = 16;

    /// <summary>Octets made of an IPv6 header.</summary>
    public const int OfIPv6 = 36;
    private const int OfFragment = 8;

    /// <summary>The most octets there are.</summary>
    public const int Longest = OfIPv6 + OfFragment + KeySettings.MostPayloadOctets;

    /// <summary>Identification, "more fragments" and offset as they lie in an IPv4 packet, the first octet lowest.</summary>
    public const uint WithoutDontFragment = 0xFF3F_FFFF;

    /// <summary>Of these the offset.</summary>
    public const uint FragmentOffset = 0xFF1F_0000;

    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte IcmpV6 = 58;
    public const byte Sctp = 132;
    public const byte UdpLite = 136;

    /// <summary>Octets of a TCP header without options.</summary>
    public const int TcpHeader = 20;

    private const int TcpFlags = 13;
    private const byte Syn = 2;

    private const int LeastFragmentHeader = 8;
    private const int MaxExtensionHeaders = 16;
    private const byte HopByHop = 0;
    private const byte Routing = 43;
    private const byte Fragment = 44;
    private const byte DestinationOptions = 60;

    /// <summary>Writes a packet's octets one behind the other.</summary>
    /// <param name="ip">The network header.</param>
    /// <param name="captured">Octets from there to the end of what was captured.</param>
    /// <param name="payload">How many octets behind the network headers count.</param>
    /// <param name="to">Room for <see cref="Longest"/>.</param>
    /// <returns>How many there are; 0: the packet has no key, since too little of it was captured, or it is not IP.</returns>
    public static int Copy(byte* ip, int captured, int payload, Span<byte> to)
    {
        if (captured < IPv4Header)
            return 0;
        return (*ip >> 4) switch
        {
            4 => CopyIPv4(ip, captured, payload, to),
            6 => CopyIPv6(ip, captured, payload, to),
            _ => 0,
        };
    }

    /// <summary>How many octets behind the network headers count.</summary>
    /// <param name="protocol">Of what is there; <see cref="HopByHop"/>, which is none, where that is no transport header.</param>
    /// <param name="transport">That.</param>
    /// <param name="captured">Octets from there to the end of what was captured.</param>
    /// <param name="length">How many octets of the datagram are there.</param>
    /// <returns>Negative: too few were captured.</returns>
    public static int Counted(byte protocol, byte* transport, int captured, int length, int payload)
    {
        var counted = Math.Min(length, payload);
        if (protocol == Tcp && counted > TcpHeader && captured > TcpFlags && (transport[TcpFlags] & Syn) != 0)
            counted = TcpHeader;
        return captured < counted ? -1 : counted;
    }

    /// <summary>True where another header follows before the transport's.</summary>
    public static bool IsExtension(byte next) => next is HopByHop or Routing or Fragment or DestinationOptions;

    private static int CopyIPv4(byte* ip, int captured, int payload, Span<byte> to)
    {
        var header = (*ip & 0x0F) * 4;
        var length = UInt16(ip + 2);
        // A total length of 0 is the sender's own card's to fill in: elsewhere the packet is several.
        if (header < IPv4Header || length < header || captured < header)
            return 0;
        var identification = BinaryPrimitives.ReadUInt32LittleEndian(new(ip + 4, 4)) & WithoutDontFragment;
        PutLength(to, (ushort)length, ip[9]);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], identification);
        new ReadOnlySpan<byte>(ip + 12, 8).CopyTo(to[8..]);
        return CopyTransport(
            (identification & FragmentOffset) == 0 ? ip[9] : HopByHop,
            ip + header,
            captured - header,
            length - header,
            payload,
            to,
            OfIPv4
        );
    }

    private static int CopyIPv6(byte* ip, int captured, int payload, Span<byte> to)
    {
        var length = UInt16(ip + 4);
        if (captured < IPv6Header || length == 0)
            return 0;
        new ReadOnlySpan<byte>(ip + 8, 32).CopyTo(to[4..]);
        var count = OfIPv6;
        var next = ip[6];
        var at = IPv6Header;
        var isTransport = true;
        for (var i = 0; isTransport && IsExtension(next); i++)
        {
            // The header's first eight octets lie inside what was captured.
            if (i == MaxExtensionHeaders || captured - at < LeastFragmentHeader)
                return 0;
            var header = next == Fragment ? LeastFragmentHeader : (ip[at + 1] + 1) * 8;
            // A whole datagram may have the header of a fragment, too (RFC 6946). There is one: of a second nothing counts.
            if (next == Fragment && count == OfIPv6)
            {
                new ReadOnlySpan<byte>(ip + at + 4, 4).CopyTo(to[count..]);
                BinaryPrimitives.WriteUInt16BigEndian(to[(count + 4)..], (ushort)(UInt16(ip + at + 2) & 0xFFF9));
                to.Slice(count + 6, 2).Clear();
                count += OfFragment;
            }
            if (next == Fragment)
                isTransport = (UInt16(ip + at + 2) & 0xFFF8) == 0;
            next = ip[at];
            at += header;
        }
        PutLength(to, (ushort)length, next);
        return CopyTransport(isTransport ? next : HopByHop, ip + at, captured - at, length + IPv6Header - at, payload, to, count);
    }

    private static int CopyTransport(byte protocol, byte* transport, int captured, int length, int payload, Span<byte> to, int count)
    {
        if (length < 0)
            return 0;
        var counted = Counted(protocol, transport, captured, length, payload);
        if (counted < 0)
            return 0;
        to = to.Slice(count, payload);
        to.Clear();
        new ReadOnlySpan<byte>(transport, counted).CopyTo(to);
        var (at, octets) = ChecksumOf(protocol);
        if (at < payload)
            to.Slice(at, Math.Min(octets, payload - at)).Clear();
        return count + payload;
    }

    /// <summary>Where a transport header has a checksum that may be unfinished, and its octets.</summary>
    private static (int At, int Octets) ChecksumOf(byte protocol) =>
        protocol switch
        {
            Tcp => (16, 2),
            Udp or UdpLite => (6, 2),
            IcmpV6 => (2, 2),
            Sctp => (8, 4),
            _ => (0, 0),
        };

    private static void PutLength(Span<byte> to, ushort length, byte protocol)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, length);
        (to[2], to[3]) = (0, protocol);
    }

    private static int UInt16(byte* at) => BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(at, 2));
}
