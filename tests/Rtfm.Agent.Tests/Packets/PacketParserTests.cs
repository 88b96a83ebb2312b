using System.Globalization;
using System.Net;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Packets;
using static Rtfm.Agent.Tests.Packets.Frames;

namespace Rtfm.Agent.Tests.Packets;

[TestFixture]
public sealed class PacketParserTests
{
    private static readonly byte[] Tcp4 = IPv4(6, Ports(1025, 80));
    private static readonly byte[] Udp6 = IPv6(17, Ports(5353, 53));

    private static IEnumerable<TestCaseData> Links()
    {
        yield return Case("Ethernet", LinkType.Ethernet, Ethernet(0x0800, Tcp4));
        yield return Case("802.1Q", LinkType.Ethernet, Ethernet(0x8100, Vlan(0x0800, Tcp4)));
        yield return Case("QinQ", LinkType.Ethernet, Ethernet(0x88A8, Vlan(0x8100, Vlan(0x0800, Tcp4))));
        yield return Case("MPLS, two labels", LinkType.Ethernet, Ethernet(0x8847, Mpls(false, Mpls(true, Tcp4))));
        yield return Case("PPPoE", LinkType.Ethernet, Ethernet(0x8864, [0x11, 0, 0, 1, 0, 0, 0x00, 0x21, .. Tcp4]));
        yield return Case("LLC and SNAP", LinkType.Ethernet, Ethernet(100, [0xAA, 0xAA, 3, 0, 0, 0, 8, 0, .. Tcp4]));
        yield return Case("Linux cooked", LinkType.LinuxSll, [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0, .. Tcp4]);
        yield return Case("Linux cooked, version 2", LinkType.LinuxSll2, [8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, .. Tcp4]);
        yield return Case("raw IP", LinkType.Raw, Tcp4);
        yield return Case("null, little-endian", LinkType.Null, [2, 0, 0, 0, .. Tcp4]);
        yield return Case("null, big-endian", LinkType.Null, [0, 0, 0, 2, .. Tcp4]);
        yield return Case("PPP", LinkType.Ppp, [0xFF, 3, 0, 0x21, .. Tcp4]);
        yield return Case("PPP, compressed", LinkType.Ppp, [0x21, .. Tcp4]);
        yield return Case("Cisco HDLC", LinkType.CiscoHdlc, [0x0F, 0, 8, 0, .. Tcp4]);
    }

    [TestCaseSource(nameof(Links))]
    public void Every_link_layer_leads_to_the_same_packet(LinkType linkType, byte[] frame)
    {
        var key = Parse(frame, linkType);
        Assert.That(Describe(key), Is.EqualTo("10.0.0.1:1025 > 10.0.0.2:80 protocol 6, 28 octets"));
    }

    [TestCaseSource(nameof(Links))]
    public void Every_prefix_of_a_frame_is_parsed_or_counted(LinkType linkType, byte[] frame)
    {
        for (var length = 0; length < frame.Length; length++)
        {
            var counters = new ParseCounters();
            var key = Parse(frame[..length], linkType, counters);
            Assert.That(counters.UnparsedPackets, Is.EqualTo(key.Unparsed == UnparsedReason.None ? 0 : 1));
        }
    }

    [Test]
    public void IPv4_options_are_passed_over() =>
        Assert.That(
            Describe(Parse(Ethernet(0x0800, IPv4(6, Ports(1, 2), options: new byte[8])))),
            Is.EqualTo("10.0.0.1:1 > 10.0.0.2:2 protocol 6, 36 octets")
        );

    [Test]
    public void PME_31_a_later_fragment_has_no_ports() =>
        Assert.That(
            Describe(Parse(Ethernet(0x0800, IPv4(17, Ports(1, 2), fragmentOffset: 185)))),
            Is.EqualTo("10.0.0.1:0 > 10.0.0.2:0 protocol 17, 28 octets")
        );

    [Test]
    public void PME_31_the_transport_type_stands_behind_the_extension_headers() =>
        Assert.That(
            Describe(Parse(Ethernet(0x86DD, IPv6(0, Extension(43, Extension(60, Extension(17, Ports(5353, 53)))))))),
            Is.EqualTo("2001:db8::1:5353 > 2001:db8::2:53 protocol 17, 72 octets")
        );

    [TestCase(0, 5353)]
    [TestCase(4, 0)]
    public void An_IPv6_fragment_has_ports_only_if_it_is_the_first(int offset, int expected) =>
        Assert.That(Port(Parse(Ethernet(0x86DD, IPv6(44, Extension(17, Ports(5353, 53), offset)))).Source), Is.EqualTo(expected));

    [TestCase(132, 7)]
    [TestCase(33, 7)]
    [TestCase(136, 7)]
    [TestCase(1, 0)]
    [TestCase(47, 0)]
    [TestCase(50, 0)]
    [TestCase(51, 0)]
    public void Only_protocols_with_ports_have_ports(int protocol, int expected) =>
        Assert.That(Port(Parse(Ethernet(0x0800, IPv4(protocol, Ports(7, 8)))).Source), Is.EqualTo(expected));

    [Test]
    public void AMB_32_padding_of_a_short_frame_is_not_counted()
    {
        var key = Parse(Ethernet(0x0800, [.. IPv4(6, []), .. new byte[26]]));
        Assert.That((key.NetworkOctets, key.AdjacentOctets), Is.EqualTo((20u, 60u)));
    }

    [Test]
    public void A_total_length_of_zero_is_filled_in_from_the_frame()
    {
        var packet = IPv4(6, Ports(1, 2));
        (packet[2], packet[3]) = (0, 0);
        Assert.That(Parse(Ethernet(0x0800, packet)).NetworkOctets, Is.EqualTo(28));
    }

    [Test]
    public void An_unknown_network_protocol_is_metered_by_its_adjacent_addresses()
    {
        var counters = new ParseCounters();
        var key = Parse(Ethernet(0x0806, new byte[28]), LinkType.Ethernet, counters);
        Assert.That((key.Unparsed, key.Source.PeerType, key.Source.AdjacentType, key.NetworkOctets), Is.EqualTo((UnparsedReason.None, 0, 7, 28u)));
        Assert.That(counters[PartialReason.UnknownNetworkProtocol], Is.EqualTo(1));
    }

    [Test]
    public void A_header_that_contradicts_itself_is_unparsed()
    {
        var packet = IPv4(6, Ports(1, 2));
        packet[0] = 0x44;
        Assert.That(Parse(Ethernet(0x0800, packet)).Unparsed, Is.EqualTo(UnparsedReason.NetworkHeaderMalformed));
    }

    [Test]
    public void Tags_without_end_are_unparsed()
    {
        var tags = Enumerable.Range(0, 40).SelectMany(_ => new byte[] { 0, 1, 0x81, 0 }).ToArray();
        Assert.That(Parse(Ethernet(0x8100, tags)).Unparsed, Is.EqualTo(UnparsedReason.TooManyLinkHeaders));
    }

    [Test]
    public void Any_octets_of_any_link_type_never_throw()
    {
        var random = new Random(4);
        var models = Links().Select(each => (byte[])each.Arguments[1]!).Append(Ethernet(0x86DD, Udp6)).ToList();
        var linkTypes = Enum.GetValues<LinkType>();
        for (var i = 0; i < 200_000; i++)
        {
            var frame = (byte[])models[random.Next(models.Count)].Clone();
            for (var changes = random.Next(8); changes > 0; changes--)
                frame[random.Next(frame.Length)] = (byte)random.Next(256);
            Parse(frame[..random.Next(frame.Length + 1)], linkTypes[random.Next(linkTypes.Length)]);
        }
    }

    private static TestCaseData Case(string name, LinkType linkType, byte[] frame) => new TestCaseData(linkType, frame).SetArgDisplayNames(name);

    private static unsafe MatchKey Parse(byte[] frame, LinkType linkType = LinkType.Ethernet, ParseCounters? counters = null)
    {
        var keys = new MatchKey[1];
        fixed (byte* data = frame)
        {
            var packet = new CapturedPacket
            {
                Data = data,
                CapturedLength = frame.Length,
                WireLength = frame.Length,
                Interface = 1,
                LinkType = linkType,
            };
            PacketParser.Parse([packet], keys, counters ?? new ParseCounters());
        }
        return keys[0];
    }

    private static int Port(Endpoint end) => end.TransAddressHigh << 8 | end.TransAddressLow;

    private static string Describe(MatchKey key) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Address(key, key.Source)}:{Port(key.Source)} > {Address(key, key.Dest)}:{Port(key.Dest)} protocol {key.Source.TransType}, {key.NetworkOctets} octets"
        );

    private static IPAddress Address(MatchKey key, Endpoint end) => new(((ReadOnlySpan<byte>)end.PeerAddress)[..key.PeerLength]);
}
