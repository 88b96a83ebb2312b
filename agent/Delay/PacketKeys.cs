using System.Buffers.Binary;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Delay.Hashing;
using Rtfm.Agent.Packets;

namespace Rtfm.Agent.Delay;

/// <summary>Makes the keys by which meters know a packet again that another one saw (decision 0013; RFC 5475 §6.2.4).</summary>
/// <remarks>For one thread. Usual packets are hashed sixteen at a time, others one by one. No allocation.</remarks>
internal sealed unsafe class PacketKeys(KeySettings settings)
{
    /// <summary>The seed of the hash that identifies, where BOB does not select.</summary>
    private const uint OtherSeed = 0x5475_5475;

    /// <summary>The first octet of an IPv4 header without options.</summary>
    private const byte PlainIPv4 = 0x45;

    private readonly bool _isBob = settings.Function == HashFunction.Bob;
    private readonly KeyLanes _four = new(isIPv4: true, settings.PayloadOctets, SeedOf(settings));
    private readonly KeyLanes _six = new(isIPv4: false, settings.PayloadOctets, SeedOf(settings));

    public KeySettings Settings { get; } = settings;

    /// <summary>Gives each packet its key, where it is IP and enough of it was captured.</summary>
    /// <param name="keys">As <see cref="PacketParser"/> made them.</param>
    public void Make(ReadOnlySpan<CapturedPacket> packets, Span<MatchKey> keys)
    {
        var (four, six) = (0, 0);
        for (var i = 0; i < packets.Length; i++)
        {
            ref readonly var packet = ref packets[i];
            ref var key = ref keys[i];
            if (key.PeerLength == 0 || key.NetworkOffset == MatchKey.NoNetworkOffset)
                continue;
            var ip = packet.Data + key.NetworkOffset;
            var captured = packet.CapturedLength - key.NetworkOffset;
            if (!_isBob)
                key.Selection = Select(ip, captured);
            if (captured > CoveredOctets.IPv4Header && *ip == PlainIPv4)
            {
                // A total length of 0 is the sender's own card's to fill in: elsewhere the packet is several.
                var length = BinaryPrimitives.ReverseEndianness(*(ushort*)(ip + 2)) - CoveredOctets.IPv4Header;
                if (length >= 0)
                    four = _four.Add(four, ip, captured, length, i);
                if (four < KeyLanes.Lanes)
                    continue;
                _four.Hash(four, keys, _isBob);
                four = 0;
            }
            else if (captured > CoveredOctets.IPv6Header && *ip >> 4 == 6 && !CoveredOctets.IsExtension(ip[6]))
            {
                var length = BinaryPrimitives.ReverseEndianness(*(ushort*)(ip + 4));
                if (length > 0)
                    six = _six.Add(six, ip, captured, length, i);
                if (six < KeyLanes.Lanes)
                    continue;
                _six.Hash(six, keys, _isBob);
                six = 0;
            }
            else
            {
                MakeAlone(ip, captured, ref key);
            }
        }
        if (four > 0)
            _four.Hash(four, keys, _isBob);
        if (six > 0)
            _six.Hash(six, keys, _isBob);
    }

    private void MakeAlone(byte* ip, int captured, ref MatchKey key)
    {
        Span<byte> octets = stackalloc byte[CoveredOctets.Longest];
        var length = CoveredOctets.Copy(ip, captured, Settings.PayloadOctets, octets);
        if (length == 0)
            return;
        var hash = Bob.Hash(octets[..length], SeedOf(Settings), out var second);
        if (_isBob)
            key.Selection = hash;
        // 0 says that there is none.
        key.Identity = Math.Max(second, 1);
    }

    /// <summary>The hash of another function.</summary>
    private uint Select(byte* ip, int captured)
    {
        Span<byte> octets = stackalloc byte[CoveredOctets.Longest];
        octets = octets[..CoveredOctets.Copy(ip, captured, Settings.PayloadOctets, octets)];
        if (octets.IsEmpty)
            return 0;
        if (Settings.Function == HashFunction.Crc)
            return Crc.Hash(octets, Settings.Seed);
        var isIPv4 = *ip >> 4 == 4;
        var (addresses, ofHeader) = isIPv4 ? (8, CoveredOctets.OfIPv4) : (4, CoveredOctets.OfIPv6);
        var side = (ofHeader - addresses) / 2;
        // What the function takes four words of is folded: IPv6 has longer addresses, and UDP little but its checksum in the payload's second word.
        var identification = Fold(octets[..addresses]) ^ Settings.Seed;
        var source = Fold(octets.Slice(addresses, side));
        var dest = Fold(octets.Slice(addresses + side, side));
        var hash = Ipsx.Hash(identification, source, dest, Fold(octets[Math.Min(ofHeader + sizeof(uint), octets.Length)..]));
        // Its 16 bits select; beyond a level of 16 the rest does.
        return hash << 16 | hash >> 16;
    }

    private static uint SeedOf(KeySettings settings) => settings.Function == HashFunction.Bob ? settings.Seed : settings.Seed ^ OtherSeed;

    /// <summary>As numbers of the wire: IPSX's shifts count on that.</summary>
    private static uint Fold(ReadOnlySpan<byte> octets)
    {
        var folded = 0u;
        for (; octets.Length >= sizeof(uint); octets = octets[sizeof(uint)..])
            folded ^= BinaryPrimitives.ReadUInt32BigEndian(octets);
        for (var i = 0; i < octets.Length; i++)
            folded ^= (uint)octets[i] << (24 - 8 * i);
        return folded;
    }
}
