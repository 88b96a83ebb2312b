using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Delay.Hashing;
using Rtfm.Agent.Packets;

namespace Rtfm.Agent.Delay;

/// <summary>Makes the keys by which meters know a packet again that another one saw (decision 0013; RFC 5475 §6.2.4).</summary>
/// <remarks>For one thread. Packets wait until there is one for each lane of a vector register, and are hashed together. No allocation.</remarks>
internal sealed unsafe class PacketKeys(KeySettings settings)
{
    /// <summary>Words of the longest input, and three behind it.</summary>
    private const int Words = CoveredOctets.Longest / sizeof(uint) + 3;

    /// <summary>The seed of the hash that identifies, where BOB does not select.</summary>
    private const uint OtherSeed = 0x5475_5475;

    private readonly uint[] _words = new uint[BobLanes.Count * Words];
    private readonly uint[] _lengths = new uint[BobLanes.Count];
    private readonly int[] _packets = new int[BobLanes.Count];

    public KeySettings Settings { get; } = settings;

    /// <summary>Gives each packet its key, where it is IP and enough of it was captured.</summary>
    /// <param name="keys">As <see cref="PacketParser"/> made them.</param>
    public void Make(ReadOnlySpan<CapturedPacket> packets, Span<MatchKey> keys)
    {
        var lanes = BobLanes.Count;
        var count = 0;
        // As many places as lanes, each with room for the longest.
        fixed (uint* words = _words)
        {
            for (var i = 0; i < packets.Length; i++)
            {
                ref readonly var packet = ref packets[i];
                ref readonly var key = ref keys[i];
                if (key.PeerLength == 0 || key.NetworkOffset == MatchKey.NoNetworkOffset)
                    continue;
                var place = words + count;
                var length = CoveredOctets.Copy(
                    packet.Data + key.NetworkOffset,
                    packet.CapturedLength - key.NetworkOffset,
                    Settings.PayloadOctets,
                    place
                );
                if (length == 0)
                    continue;
                // Its last block has no more than three words behind it.
                var end = place + (length + sizeof(uint) - 1) / sizeof(uint) * lanes;
                end[0] = end[lanes] = end[2 * lanes] = 0;
                _lengths[count] = (uint)length;
                _packets[count++] = i;
                if (count < lanes)
                    continue;
                Hash(count, keys);
                count = 0;
            }
        }
        if (count > 0)
            Hash(count, keys);
    }

    /// <param name="count">How many packets wait, at most as many as there are lanes.</param>
    private void Hash(int count, Span<MatchKey> keys)
    {
        var lanes = BobLanes.Count;
        var words = _words.AsSpan();
        var lengths = _lengths.AsSpan();
        lengths[count..].Clear();
        var longest = 0u;
        foreach (var length in lengths)
            longest = Math.Max(longest, length);
        Span<uint> hashes = stackalloc uint[lanes];
        Span<uint> seconds = stackalloc uint[lanes];
        var isBob = Settings.Function == HashFunction.Bob;
        BobLanes.Hash(words, lengths, (int)longest, isBob ? Settings.Seed : Settings.Seed ^ OtherSeed, hashes, seconds);
        for (var lane = 0; lane < count; lane++)
        {
            ref var key = ref keys[_packets[lane]];
            key.Selection = isBob ? hashes[lane] : Select(words[lane..], (int)lengths[lane], key.PeerLength);
            // 0 says that there is none.
            key.Identity = Math.Max(isBob ? seconds[lane] : hashes[lane], 1);
        }
    }

    /// <summary>The hash of another function.</summary>
    /// <param name="words">The packet's, a number of lanes apart.</param>
    private uint Select(ReadOnlySpan<uint> words, int length, int addressLength)
    {
        var lanes = BobLanes.Count;
        Span<uint> octets = stackalloc uint[Words];
        for (var i = 0; i * sizeof(uint) < length; i++)
            octets[i] = words[i * lanes];
        if (Settings.Function == HashFunction.Crc)
            return Crc.Hash(MemoryMarshal.AsBytes(octets)[..length], Settings.Seed);
        var count = (length + sizeof(uint) - 1) / sizeof(uint);
        var address = addressLength / sizeof(uint);
        // What the function takes four words of is folded: IPv6 has longer addresses, and UDP little but its checksum in the payload's second word.
        var source = Fold(octets[..address]);
        var dest = Fold(octets[address..(2 * address)]);
        var identification = Fold(octets.Slice(2 * address, 1)) ^ Settings.Seed;
        // The second word behind the header on, which IPv4 has two words before, IPv6 one.
        var second = Math.Min(2 * address + (address == 1 ? 3 : 2), count);
        var hash = Ipsx.Hash(identification, source, dest, Fold(octets[second..count]));
        // Its 16 bits select; beyond a level of 16 the rest does.
        return hash << 16 | hash >> 16;
    }

    /// <summary>As numbers of the wire: IPSX's shifts count on that.</summary>
    private static uint Fold(ReadOnlySpan<uint> words)
    {
        var folded = 0u;
        foreach (var word in words)
            folded ^= BinaryPrimitives.ReverseEndianness(word);
        return folded;
    }
}
