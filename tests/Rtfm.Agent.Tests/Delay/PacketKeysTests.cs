using Rtfm.Agent.Capture;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Delay.Hashing;
using static Rtfm.Agent.Tests.Delay.KeyedPackets;
using static Rtfm.Agent.Tests.Packets.Frames;

namespace Rtfm.Agent.Tests.Delay;

/// <summary>Which octets of a packet make its key: what routers change does not, all else of the covered fields does.</summary>
[TestFixture]
public sealed class PacketKeysTests
{
    private const int IPv4Type = 0x0800;
    private const int IPv6Type = 0x86DD;
    private const int TcpHeader = 20;
    private const int UdpHeader = 8;

    private static readonly HashFunction[] Functions = Enum.GetValues<HashFunction>();

    /// <summary>A segment of 12 octets of options and 40 of payload.</summary>
    private static readonly byte[] Tcp = Segment(options: 12, payload: 40);
    private static readonly byte[] Udp = [0x13, 0x88, 0, 53, 0, 48, 0xBE, 0xEF, .. Numbered(40)];
    private static readonly byte[] Icmp = [8, 0, 0xAB, 0xCD, 0, 1, 0, 2, .. Numbered(40)];

    /// <summary>Name, type, packet, and which of its bits may change without another key.</summary>
    private static IEnumerable<TestCaseData> Packets()
    {
        // Of IPv4: type of service, reserved bit and DF, TTL, checksum. Of IPv6: traffic class, flow label, hop limit.
        int[] changes4 = [.. Octet(1), 6 * 8, 6 * 8 + 1, .. Octet(8), .. Octet(10), .. Octet(11)];
        int[] changes6 = [.. Enumerable.Range(4, 28), .. Octet(7)];
        yield return Case("TCP over IPv4", IPv4Type, IPv4(6, Tcp), [.. changes4, .. Octet(36), .. Octet(37)], 20 + KeySettings.DefaultPayloadOctets);
        yield return Case("UDP over IPv4", IPv4Type, IPv4(17, Udp), [.. changes4, .. Octet(26), .. Octet(27)], 20 + KeySettings.DefaultPayloadOctets);
        yield return Case("ICMP over IPv4", IPv4Type, IPv4(1, Icmp), changes4, 20 + KeySettings.DefaultPayloadOctets);
        yield return Case("TCP over IPv6", IPv6Type, IPv6(6, Tcp), [.. changes6, .. Octet(56), .. Octet(57)], 40 + KeySettings.DefaultPayloadOctets);
        yield return Case("UDP over IPv6", IPv6Type, IPv6(17, Udp), [.. changes6, .. Octet(46), .. Octet(47)], 40 + KeySettings.DefaultPayloadOctets);
        yield return Case("ICMPv6", IPv6Type, IPv6(58, Icmp), [.. changes6, .. Octet(42), .. Octet(43)], 40 + KeySettings.DefaultPayloadOctets);
        yield return Case("ESP", IPv4Type, IPv4(50, Numbered(60)), changes4, 20 + KeySettings.DefaultPayloadOctets);
        yield return Case(
            "a later fragment",
            IPv4Type,
            IPv4(17, Numbered(60), fragmentOffset: 0x2000 | 185),
            changes4,
            20 + KeySettings.DefaultPayloadOctets
        );
        // Version and length of the inner header lie in the first octets, its TTL, which outer routers leave alone, too.
        yield return Case("IP in IP", IPv4Type, IPv4(4, IPv4(6, Tcp)), changes4, 20 + KeySettings.DefaultPayloadOctets);
    }

    [TestCaseSource(nameof(Packets))]
    public void Only_what_routers_change_may_change(int type, byte[] packet, int[] free, int covered)
    {
        var before = KeyOf(Ethernet(type, packet));
        Assert.That(before, Is.Not.Null);
        var notCovered = new HashSet<int>(free);
        for (var bit = 8; bit < packet.Length * 8; bit++)
        {
            // Lengths and the next header say what the rest is: they are looked at below.
            if (IsStructure(type, packet, bit / 8))
                continue;
            var changed = (byte[])packet.Clone();
            changed[bit / 8] ^= (byte)(0x80 >> bit % 8);
            var isFree = notCovered.Contains(bit) || bit / 8 >= covered;
            Assert.That(KeyOf(Ethernet(type, changed)) == before, Is.EqualTo(isFree), $"bit {bit % 8} of octet {bit / 8}");
        }
    }

    [TestCaseSource(nameof(Packets))]
    public void Every_link_leads_to_the_same_key(int type, byte[] packet, int[] free, int covered)
    {
        var key = KeyOf(Ethernet(type, packet));
        var mplsOfOne = Mpls(true, packet);
        byte[] otherMacs = [.. Enumerable.Repeat((byte)0x66, 12), (byte)(type >> 8), (byte)type, .. packet];
        Assert.That(KeyOf(otherMacs), Is.EqualTo(key));
        Assert.That(KeyOf(Ethernet(0x8100, Vlan(type, packet))), Is.EqualTo(key));
        Assert.That(KeyOf(Ethernet(0x88A8, Vlan(0x8100, Vlan(type, packet)))), Is.EqualTo(key));
        Assert.That(KeyOf(Ethernet(0x8847, mplsOfOne)), Is.EqualTo(key));
        Assert.That(KeyOf(packet, LinkType.Raw), Is.EqualTo(key));
    }

    [TestCaseSource(nameof(Packets))]
    public void What_a_frame_is_filled_up_with_does_not_count(int type, byte[] packet, int[] free, int covered) =>
        Assert.That(KeyOf(Ethernet(type, [.. packet, 1, 2, 3, 4, 5])), Is.EqualTo(KeyOf(Ethernet(type, packet))));

    [TestCaseSource(nameof(Packets))]
    public void Cut_off_behind_the_covered_octets_the_key_is_the_same_and_before_there_is_none(int type, byte[] packet, int[] free, int covered)
    {
        var whole = Ethernet(type, packet);
        for (var length = 0; length <= whole.Length; length++)
        {
            var expected = length >= 14 + covered ? KeyOf(whole) : null;
            Assert.That(KeyOf(whole[..length], wireLength: whole.Length), Is.EqualTo(expected), $"{length} octets");
        }
    }

    [TestCaseSource(nameof(Packets))]
    public void Every_function_and_every_seed_select_other_packets(int type, byte[] packet, int[] free, int covered)
    {
        var frame = Ethernet(type, packet);
        var selections = Functions.SelectMany(function =>
            new uint[] { 0, 1 }.Select(seed => KeyOf(frame, settings: new(function, seed))!.Value.Selection)
        );
        Assert.That(selections, Is.Unique);
    }

    [Test]
    public void Identification_tells_packets_apart_that_are_alike_in_all_else([ValueSource(nameof(Functions))] HashFunction function)
    {
        var keys = new HashSet<(uint, uint)?>();
        for (var id = 0; id < 65_536; id++)
        {
            var packet = IPv4(6, Tcp);
            (packet[4], packet[5]) = ((byte)(id >> 8), (byte)id);
            keys.Add(KeyOf(Ethernet(IPv4Type, packet), settings: new(function)));
        }
        Assert.That(keys, Has.Count.EqualTo(65_536));
    }

    [TestCase(0)]
    [TestCase(5)]
    [TestCase(28)]
    [TestCase(33)]
    [TestCase(64)]
    public void As_much_of_the_payload_counts_as_the_settings_say(int octets)
    {
        var segment = Segment(options: 0, payload: 80);
        foreach (var (type, packet) in new[] { (IPv4Type, IPv4(6, segment)), (IPv6Type, IPv6(6, segment)) })
        {
            var header = packet.Length - segment.Length;
            for (var at = 0; at < segment.Length; at++)
            {
                if (at is 13 or 16 or 17)
                    continue;
                var changed = (byte[])packet.Clone();
                changed[header + at] ^= 1;
                KeySettings settings = new(PayloadOctets: octets);
                var isSame = KeyOf(Ethernet(type, changed), settings: settings) == KeyOf(Ethernet(type, packet), settings: settings);
                Assert.That(isSame, Is.EqualTo(at >= octets), $"octet {at}");
            }
        }
    }

    /// <summary>Sixteen packets at once, of both IP versions, with and without options, long and short, cut off and not: each has the key that it has alone, by the hash that takes one.</summary>
    [Test]
    public unsafe void Packets_that_are_hashed_together_have_the_keys_that_they_have_alone()
    {
        var random = new Random(16);
        var some = Packets().Select(each => ((int)each.Arguments[0]!, (byte[])each.Arguments[1]!)).ToArray();
        for (var round = 0; round < 300; round++)
        {
            KeySettings settings = new(Seed: (uint)random.Next(), PayloadOctets: random.Next(65));
            var frames = new byte[random.Next(1, 60)][];
            for (var i = 0; i < frames.Length; i++)
                frames[i] = Changed(random, some[random.Next(some.Length)]);
            var together = KeysOf(frames, settings);
            for (var i = 0; i < frames.Length; i++)
                Assert.That(together[i], Is.EqualTo(ByOneHash(frames[i], settings)), $"{i} of {frames.Length}: {Convert.ToHexString(frames[i])}");
        }
    }

    [Test]
    public void IP_options_do_not_count() =>
        Assert.That(
            KeyOf(Ethernet(IPv4Type, Long(IPv4(17, Udp, options: [7, 4, 8, 10]), 72))),
            Is.EqualTo(KeyOf(Ethernet(IPv4Type, Long(IPv4(17, Udp, options: [7, 4, 8, 20]), 72))))
        );

    [Test]
    public void Hop_by_hop_options_do_not_count()
    {
        var packet = IPv6(0, Extension(60, Extension(17, Udp)));
        var changed = (byte[])packet.Clone();
        changed[40 + 5] = changed[48 + 5] = 0x77;
        Assert.That(KeyOf(Ethernet(IPv6Type, changed)), Is.EqualTo(KeyOf(Ethernet(IPv6Type, packet))).And.Not.Null);
    }

    [Test]
    public void Behind_extension_headers_the_transport_header_counts()
    {
        var packet = IPv6(0, Extension(60, Extension(17, Udp)));
        var changed = (byte[])packet.Clone();
        changed[56] ^= 1;
        Assert.That(KeyOf(Ethernet(IPv6Type, changed)), Is.Not.EqualTo(KeyOf(Ethernet(IPv6Type, packet))));
    }

    [Test]
    public void Fragments_of_an_IPv6_datagram_have_keys_of_their_own()
    {
        var first = IPv6(44, Extension(17, Udp));
        var second = IPv6(44, Extension(17, Udp, fragmentOffset: 6));
        var ofAnother = (byte[])second.Clone();
        ofAnother[47] ^= 1;
        (uint, uint)?[] keys = [KeyOf(Ethernet(IPv6Type, first)), KeyOf(Ethernet(IPv6Type, second)), KeyOf(Ethernet(IPv6Type, ofAnother))];
        Assert.That(keys, Is.Unique.And.None.Null);
    }

    [Test]
    public void A_router_that_lowers_a_SYN_s_MSS_does_not_change_its_key()
    {
        var syn = Segment(options: 12, payload: 0);
        syn[13] = 2;
        var lowered = (byte[])syn.Clone();
        (lowered[16], lowered[22], lowered[23]) = (9, 5, 0xB4);
        Assert.That(KeyOf(Ethernet(IPv4Type, IPv4(6, lowered))), Is.EqualTo(KeyOf(Ethernet(IPv4Type, IPv4(6, syn)))).And.Not.Null);
    }

    [Test]
    public void A_total_length_that_a_network_card_is_to_fill_in_gives_no_key()
    {
        var packet = IPv4(6, Tcp);
        (packet[2], packet[3]) = (0, 0);
        Assert.That(KeyOf(Ethernet(IPv4Type, packet)), Is.Null);
    }

    [Test]
    public void What_is_not_IP_has_no_key() => Assert.That(KeyOf(Ethernet(0x0806, Numbered(28))), Is.Null);

    [Test]
    public void Lengths_that_contradict_each_other_give_no_key_or_one()
    {
        foreach (var (type, packet) in Packets().Select(each => ((int)each.Arguments[0]!, (byte[])each.Arguments[1]!)))
        {
            var random = new Random(13);
            for (var i = 0; i < 20_000; i++)
            {
                var changed = (byte[])packet.Clone();
                for (var changes = random.Next(1, 8); changes > 0; changes--)
                    changed[random.Next(Math.Min(changed.Length, 60))] = (byte)random.Next(256);
                KeyOf(Ethernet(type, changed[..random.Next(changed.Length + 1)]), settings: new(Functions[i % 3], PayloadOctets: random.Next(65)));
            }
        }
    }

    private static byte[] Changed(Random random, (int Type, byte[] Packet) one)
    {
        var packet = (byte[])one.Packet.Clone();
        for (var changes = random.Next(4); changes > 0; changes--)
            packet[random.Next(packet.Length)] = (byte)random.Next(256);
        var frame = Ethernet(one.Type, packet);
        return random.Next(3) == 0 ? frame[..random.Next(34, frame.Length + 1)] : frame;
    }

    private static unsafe (uint, uint)? ByOneHash(byte[] frame, KeySettings settings)
    {
        // What the parser takes for no IP packet has no key.
        if (KeyOf(frame, settings: settings) is null)
            return null;
        var octets = new byte[CoveredOctets.Longest];
        fixed (byte* data = frame)
        {
            var length = CoveredOctets.Copy(data + 14, frame.Length - 14, settings.PayloadOctets, octets);
            return length == 0 ? null : (Bob.Hash(octets.AsSpan(0, length), settings.Seed, out var second), Math.Max(second, 1));
        }
    }

    private static bool IsStructure(int type, byte[] packet, int octet) =>
        type == IPv4Type
            ? octet is 2 or 3 or 9
                || (packet[9] == 6 && octet is 32 or 33)
                // A fragment's offset makes of a whole datagram a later fragment.
                || octet is 6 or 7 && packet[9] != 50
            : octet is 4 or 5 or 6 || (packet[6] == 6 && octet is 52 or 53);

    private static byte[] Segment(int options, int payload) =>
        [
            0x30,
            0x39,
            0,
            80,
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            (byte)((TcpHeader + options) / 4 << 4),
            0x10,
            0,
            9,
            0xCA,
            0xFE,
            0,
            0,
            .. Numbered(options + payload),
        ];

    private static byte[] Numbered(int length) => [.. Enumerable.Range(1, length).Select(i => (byte)i)];

    /// <summary>The same with that total length.</summary>
    private static byte[] Long(byte[] packet, int length)
    {
        (packet[2], packet[3]) = ((byte)(length >> 8), (byte)length);
        return packet;
    }

    private static IEnumerable<int> Octet(int number) => Enumerable.Range(number * 8, 8);

    private static TestCaseData Case(string name, int type, byte[] packet, int[] free, int covered) =>
        new TestCaseData(type, packet, free, covered).SetArgDisplayNames(name);
}
