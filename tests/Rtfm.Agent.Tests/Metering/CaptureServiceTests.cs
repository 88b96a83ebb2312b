using Rtfm.Agent.Capture;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Tests.Packets;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Metering;

/// <summary>A meter at real interfaces, each test in a network of its own.</summary>
[TestFixture]
public sealed class CaptureServiceTests
{
    private const int Udp = 17;
    private const int IPv4 = 0x0800;
    private const string Ports = "1 - GotoAct 2; 2 STA/16=0 PushPktToAct 3; 3 DTA/16=0 CountPkt";
    private const string NewPair = "link add name a type veth peer name b";

    [TestCase(1)]
    [TestCase(3)]
    public void Every_packet_of_an_interface_is_metered_once_however_many_threads_share_it(int threads) =>
        NetworkNamespace.Run(() =>
        {
            const int Flows = 200;
            using var meter = Open(threads);
            meter.WaitUntilSeen("a", Datagram(9_999));
            var before = meter.Run.Seen;
            for (var round = 0; round < 10; round++)
            {
                LiveMeter.SendTo("a", Enumerable.Range(0, Flows).Select(flow => Datagram(flow)));
                LiveMeter.SendTo("b", Enumerable.Range(0, Flows).Select(flow => Reply(flow)));
            }
            LiveMeter.WaitFor(() => meter.Run.Seen - before >= 20 * Flows);
            Thread.Sleep(200);
            Assert.That(meter.Run.Seen - before, Is.EqualTo(20ul * Flows));
            var flows = 0;
            FlowSnapshot flow = default;
            for (var after = 0u; meter.Run.Flows.TryGetNext(after, default, ref flow); after = flow.Index)
            {
                if (flow.ToPdus == 10 && flow.FromPdus == 10)
                    flows++;
            }
            Assert.That(flows, Is.EqualTo(Flows));
            Assert.That(meter.Source.Counters, Is.EqualTo(new SourceCounters(meter.Run.Seen, 0, 0, 0)));
        });

    [TestCase(1)]
    [TestCase(3)]
    public void An_interface_that_goes_down_and_comes_back_is_metered_on(int threads) =>
        NetworkNamespace.Run(() =>
        {
            using var meter = Open(threads);
            meter.WaitUntilSeen("a", Datagram(1));
            var before = meter.Source.Counters.Received;
            NetworkNamespace.Ip("link set dev b down");
            Thread.Sleep(200);
            NetworkNamespace.Ip("link set dev b up");
            meter.WaitUntilSeen("a", Datagram(1));
            Assert.That(meter.Source.Counters.Received, Is.GreaterThan(before).And.EqualTo(meter.Run.Seen), "counts go on");
        });

    [TestCase(1)]
    [TestCase(3)]
    public void An_interface_that_is_made_anew_is_metered_on_under_its_new_number_with_its_sample_rate(int threads) =>
        NetworkNamespace.Run(() =>
        {
            using var meter = Open(threads);
            meter.WaitUntilSeen("a", Datagram(1));
            meter.SetSampleRate(0);
            var before = (meter.Source.IfIndex, meter.Run.Seen);
            NetworkNamespace.Ip("link delete dev a");
            NetworkNamespace.Ip(NewPair);
            NetworkNamespace.Ip("link set dev a up");
            NetworkNamespace.Ip("link set dev b up");
            meter.WaitUntilSeen("a", Datagram(1));
            Assert.That(meter.Source.IfIndex, Is.EqualTo((uint)NetworkInterfaces.IndexOf("b")).And.Not.EqualTo(before.IfIndex));
            Assert.That(
                meter.Meter.Current.Interfaces.Select(each => (each.Key, each.Value.IfIndex, each.Value.Name)),
                Is.EqualTo([(meter.Source.IfIndex, meter.Source.IfIndex, "b")])
            );
            Assert.That(meter.Run.Seen, Is.EqualTo(before.Seen), "left out by the sample rate");
            meter.SetSampleRate(1);
            meter.WaitUntilSeen("a", Datagram(1));
            Assert.That(meter.Run.Seen, Is.GreaterThan(before.Seen));
        });

    [Test]
    public void Several_interfaces_are_metered_side_by_side() =>
        NetworkNamespace.Run(() =>
        {
            using var meter = new LiveMeter(new AgentOptions { Interfaces = ["a", "b"], MeteringThreads = 2 }, Ports);
            meter.WaitUntilSeen("a", Datagram(1));
            LiveMeter.SendTo("a", [Datagram(2)]);
            // What one end sends the other receives: both see it.
            LiveMeter.WaitFor(() => meter.Meter.Sources.All(source => source.Counters.Received > 0));
            Assert.That(meter.Meter.Sources.Select(source => source.Name), Is.EqualTo(["a", "b"]));
        });

    [Test]
    public void Groups_of_rings_do_not_take_packets_from_each_other() =>
        NetworkNamespace.Run(() =>
        {
            var options = new RingOptions("b", "", 256, 4, IsPromiscuous: true);
            using var one = new RingGroup(options, 2);
            using var other = new RingGroup(options, 3);
            Assert.That(one.Rings[0].FanoutGroup, Is.EqualTo(one.Rings[1].FanoutGroup).And.Not.EqualTo(other.Rings[0].FanoutGroup));
            LiveMeter.SendTo("a", Enumerable.Range(0, 100).Select(flow => Datagram(flow)));
            Assert.That((Count(one), Count(other)), Is.EqualTo((100, 100)));
        });

    [Test]
    public void Files_beside_interfaces_get_numbers_of_their_own() =>
        NetworkNamespace.Run(() =>
        {
            var taken = (uint)NetworkInterfaces.IndexOf("lo");
            var sources = Agent.Metering.CaptureService.SourcesOf(new AgentOptions { Interfaces = ["lo"], Read = ["one.pcap", "two.pcap"] });
            Assert.That(sources.Select(source => (source.Name, source.IsFile)), Is.EqualTo([("one.pcap", true), ("two.pcap", true), ("lo", false)]));
            Assert.That(sources.Select(source => source.IfIndex), Is.Unique.And.Contains(taken));
        });

    private static LiveMeter Open(int threads) => new(new AgentOptions { Interfaces = ["b"], MeteringThreads = threads }, Ports);

    private static int Count(RingGroup group)
    {
        var count = 0;
        var batch = new PacketBatch();
        foreach (var ring in group.Rings)
        {
            for (var idle = 0; idle < 3; idle = batch.Count > 0 ? 0 : idle + 1)
            {
                ring.Read(batch);
                count += batch.Count;
            }
        }
        return count;
    }

    /// <summary>10.0.0.1, port 53, to 10.0.0.2, port 1000 + N.</summary>
    private static byte[] Datagram(int flow) => Frames.Ethernet(IPv4, Frames.IPv4(Udp, Frames.Ports(53, 1_000 + flow)));

    private static byte[] Reply(int flow)
    {
        var frame = Frames.Ethernet(IPv4, Frames.IPv4(Udp, Frames.Ports(1_000 + flow, 53)));
        (frame[14 + 15], frame[14 + 19]) = (frame[14 + 19], frame[14 + 15]);
        return frame;
    }
}
