using Rtfm.Agent.Tests.Matching;
using Rtfm.Model;
using Rtfm.Srl;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Srl;

/// <summary>The programs of the documentation count what their comments say.</summary>
[TestFixture]
public sealed class ExampleProgramTests
{
    private static readonly string[] Outside = ["192.0.2.1:443>10.1.2.3:4000 tcp 1500", "10.1.2.3:4000>192.0.2.1:443 tcp 60"];

    [Test]
    public void Five_tuple_keeps_both_directions_in_one_flow() =>
        Check(
            "five-tuple",
            Outside,
            [FlowAttribute.SourcePeerAddress, FlowAttribute.SourceTransAddress, FlowAttribute.DestPeerAddress, FlowAttribute.DestTransAddress],
            "SPA 192.0.2.1/32 STA 443/16 DPA 10.1.2.3/32 DTA 4000/16 to=1/1500 from=1/60"
        );

    [Test]
    public void Host_pairs_leaves_ports_out() =>
        Check(
            "host-pairs",
            [.. Outside, "10.1.2.3:9>192.0.2.1:53 udp 100"],
            [FlowAttribute.SourcePeerAddress, FlowAttribute.SourceTransAddress, FlowAttribute.DestPeerAddress],
            "SPA 192.0.2.1/32 DPA 10.1.2.3/32 to=1/1500 from=2/160"
        );

    [Test]
    public void Services_have_the_client_as_source_and_a_kind() =>
        Check(
            "services",
            [
                .. Outside,
                "10.1.2.9:9999>192.0.2.1:53 udp 70",
                "10.1.2.9:9999>192.0.2.1:1000 tcp 1",
                "10.1.2.9:9999>192.0.2.1:5000 tcp 2",
                "2001:db8::1>2001:db8::2 icmp 3",
            ],
            [FlowAttribute.SourcePeerAddress, FlowAttribute.DestPeerAddress, FlowAttribute.DestTransAddress, FlowAttribute.FlowKind],
            "SPA 10.1.2.0/24 DPA 192.0.2.1/32 DTA 443/16 FK87 to=1/60 from=1/1500",
            "SPA 10.1.2.0/24 DPA 192.0.2.1/32 DTA 53/16 FK68 to=1/70 from=0/0",
            "SPA 10.1.2.0/24 DPA 192.0.2.1/32 DTA 1000/16 FK63 to=1/1 from=0/0"
        );

    [Test]
    public void Site_subnets_have_the_site_as_source() =>
        Check(
            "site-subnets",
            [.. Outside, "10.1.2.3:1>10.9.9.9:2 tcp 10", "192.0.2.1:1>198.51.100.1:2 tcp 20", "fd00::1>2001:db8::2 30"],
            [FlowAttribute.SourcePeerAddress, FlowAttribute.DestPeerAddress, FlowAttribute.SourceKind, FlowAttribute.DestKind],
            "SPA 10.1.2.0/24 SourceKind1 DestKind2 to=1/60 from=1/1500",
            "SPA 10.1.2.0/24 DPA 10.9.9.0/24 SourceKind1 DestKind1 to=1/10 from=0/0",
            "SPA fd00::/64 SourceKind1 DestKind2 to=1/30 from=0/0"
        );

    [Test]
    public void Top_talkers_count_for_the_host_of_mine() =>
        Check(
            "top-talkers",
            [.. Outside, "10.1.2.3:1>10.9.9.9:2 tcp 10", "192.0.2.1:1>198.51.100.1:2 tcp 20"],
            [FlowAttribute.SourcePeerAddress, FlowAttribute.DestPeerAddress],
            "SPA 10.1.2.3/32 to=2/70 from=1/1500"
        );

    [Test]
    public void IPv6_prefixes_keep_sites_and_kinds() =>
        Check(
            "ipv6-prefixes",
            [.. Outside, "2001:db8:1:2::3>2400:cb00:7:8::1 90", "2400:cb00:7:8::1>2001:db8:1:9::4 190", "fe80::1>ff02::fb 5"],
            [FlowAttribute.SourcePeerAddress, FlowAttribute.DestPeerAddress, FlowAttribute.SourceKind, FlowAttribute.DestKind],
            "SPA 2001:db8:1::/48 DPA 2400:cb00:7::/48 SourceKind1 DestKind1 to=1/90 from=1/190",
            "SPA fe80::/10 DPA ff00::/8 SourceKind3 DestKind4 to=1/5 from=0/0"
        );

    [Test]
    public void Dscp_classes_tell_the_code_point_and_its_class()
    {
        using var harness = new FlowHarness(Read("dscp-classes"));
        foreach (var (codePoint, octets) in new (byte, uint)[] { (0, 100), (46, 200), (26, 300), (26, 1), (8, 400), (48, 500), (63, 600) })
        {
            var packet = FlowHarness.Packet("A:9>B:80 tcp 60");
            (packet.DSCodePoint, packet.NetworkOctets) = (codePoint, octets);
            harness.Process(packet, 1);
        }

        Assert.That(
            harness.Described(FlowAttribute.DSCodePoint, FlowAttribute.FlowClass),
            Is.EqualTo([
                "FC1 to=1/100 from=0/0",
                "DSCodePoint46 FC4 to=1/200 from=0/0",
                "DSCodePoint26 FC3 to=2/301 from=0/0",
                "DSCodePoint8 FC2 to=1/400 from=0/0",
                "DSCodePoint48 FC5 to=1/500 from=0/0",
                "DSCodePoint63 FC9 to=1/600 from=0/0",
            ])
        );
    }

    [Test]
    public void Vlans_are_told_apart()
    {
        using var harness = new FlowHarness(Read("vlans"));
        foreach (var vlan in new ushort[] { 0, 7, 7, 4094 })
        {
            var packet = FlowHarness.Packet("A:9>B:80 tcp 60");
            packet.VlanId = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(vlan);
            harness.Process(packet, 1);
        }

        Assert.That(
            harness.Described(FlowAttribute.VlanId, FlowAttribute.SourceTransType),
            Is.EqualTo(["STT6 to=1/60 from=0/0", "VlanId7 STT6 to=2/120 from=0/0", "VlanId4094 STT6 to=1/60 from=0/0"])
        );
    }

    private static void Check(string program, string[] packets, FlowAttribute[] attributes, params string[] flows)
    {
        using var harness = new FlowHarness(Read(program));

        harness.Send(packets);

        Assert.That(harness.Described(attributes), Is.EqualTo(flows));
    }

    private static RuleSet Read(string program) => RuleSource.Read(Path.Combine(Repository.Root, "docs", "rulesets", program + ".srl")).RuleSet!;
}
