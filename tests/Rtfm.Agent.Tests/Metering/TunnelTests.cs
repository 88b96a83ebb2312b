using System.Buffers.Binary;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Packets;
using Rtfm.Agent.Tests.Packets;
using Rtfm.Model;
using Rtfm.Srl;

namespace Rtfm.Agent.Tests.Metering;

/// <summary>The addresses inside of tunnels, for meters that are told to look there.</summary>
[TestFixture]
public sealed class TunnelTests
{
    private const string Inner = """
        null: GotoAct, Next
        tunnelType/8 = 0: PushPktToAct, Next
        sourceInnerAddress & 255.255.255.255 = 0: PushPktToAct, Next
        destInnerAddress & 255.255.255.255 = 0: CountPkt
        """;

    private static byte[] Customer
    {
        get
        {
            var packet = Frames.IPv4(6, Frames.Ports(1_000, 80));
            new byte[] { 192, 168, 0, 1, 172, 16, 0, 9 }.CopyTo(packet, 12);
            return packet;
        }
    }

    private static IEnumerable<TestCaseData> Tunnels()
    {
        const int Gre = 47;
        const int Udp = 17;
        const int IPInIP = 4;
        byte[] plainGre = [0, 0, 8, 0, .. Customer];
        byte[] keyedGre = [0x20, 0, 8, 0, 0, 0, 0, 77, .. Customer];
        byte[] vxlan = [0x30, 0, 0x12, 0xB5, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 77, 0, .. Frames.Ethernet(0x0800, Customer)];
        yield return Case("GRE", TunnelType.Gre, Frames.IPv4(Gre, plainGre));
        yield return Case("GRE with a key", TunnelType.Gre, Frames.IPv4(Gre, keyedGre));
        yield return Case("IP in IP", TunnelType.IPInIP, Frames.IPv4(IPInIP, Customer));
        yield return Case("IP in IPv6", TunnelType.IPInIP, Frames.IPv6(IPInIP, Customer));
        yield return Case("VXLAN", TunnelType.Vxlan, Frames.IPv4(Udp, vxlan));

        static TestCaseData Case(string name, TunnelType type, byte[] packet) => new TestCaseData(type, packet).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Tunnels))]
    public void Inner_addresses_are_attributes_where_the_meter_looks_into_tunnels(TunnelType type, byte[] packet)
    {
        Assert.That(Metered(packet, intoTunnels: true), Is.EqualTo(((ulong)type, "C0A80001", "AC100009")));
        Assert.That(Metered(packet, intoTunnels: false), Is.EqualTo((0ul, "00000000", "00000000")));
    }

    [TestCaseSource(nameof(Tunnels))]
    public void A_tunnelled_packet_that_is_cut_off_is_metered_all_the_same(TunnelType type, byte[] packet)
    {
        const int OuterHeader = 40;
        Assert.That(type, Is.Not.EqualTo(TunnelType.None));
        for (var length = OuterHeader; length < packet.Length; length++)
            Assert.That(() => Metered(packet[..length], intoTunnels: true), Throws.Nothing);
    }

    [TestCase("false", false)]
    [TestCase("true", true)]
    public void The_setting_says_whether_it_does(string value, bool expected)
    {
        var options = AgentSettings.Load(null, [new("Rtfm:Agent:Tunnels", value)]);
        Assert.That(options.Tunnels, Is.EqualTo(expected));
    }

    private static (ulong Type, string Source, string Dest) Metered(byte[] packet, bool intoTunnels)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, CaptureOf(packet));
            using var replay = new Replay([RuleAssembler.Assemble(Inner, "inner").RuleSet!], OctetLayer.Network, maxFlows: 10, intoTunnels);
            replay.Read(path);
            FlowSnapshot flow = default;
            Assert.That(replay.Runs[0].Flows.TryGetNext(0, default, ref flow));
            return (
                flow.Number(FlowAttribute.TunnelType),
                Convert.ToHexString(flow.Octets(FlowAttribute.SourceInnerAddress)),
                Convert.ToHexString(flow.Octets(FlowAttribute.DestInnerAddress))
            );
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>A pcap file with one packet of raw IP.</summary>
    private static byte[] CaptureOf(byte[] packet)
    {
        var file = new byte[24 + 16 + packet.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(file, 0xA1B2_C3D4);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(16), 65_535);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(20), 101);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(32), (uint)packet.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(36), (uint)packet.Length);
        packet.CopyTo(file, 40);
        return file;
    }
}
