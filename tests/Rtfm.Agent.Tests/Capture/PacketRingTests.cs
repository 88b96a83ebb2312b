using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Packets;
using Rtfm.Agent.Tests.Packets;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Capture;

/// <summary>Capture at real interfaces, each test in a network of its own.</summary>
[TestFixture]
public sealed class PacketRingTests
{
    private const int Udp = 17;
    private const int IPv4 = 0x0800;

    private sealed record Seen(long TimeNs, string Octets, int WireLength, int Interface, LinkType LinkType, ushort VlanTpid, ushort VlanTci);

    [Test]
    public void Packets_come_out_as_they_were_sent() =>
        NetworkNamespace.Run(() =>
        {
            const int SnapLength = 128;
            var random = new Random(20260401);
            var sent = new List<byte[]>();
            for (var i = 0; i < 5_000; i++)
            {
                var frame = Frames.Ethernet(IPv4, new byte[random.Next(46, 1_501)]);
                random.NextBytes(frame.AsSpan(14));
                sent.Add(frame);
            }
            using var ring = Open("b", snapLength: SnapLength);
            var before = NowNs();
            Send("a", sent);
            var seen = Read(ring, sent.Count);
            var after = NowNs();
            Assert.That(
                seen.Select(packet => packet.Octets),
                Is.EqualTo(sent.Select(frame => Convert.ToHexString(frame.AsSpan(0, Math.Min(frame.Length, SnapLength)))))
            );
            Assert.That(seen.Select(packet => packet.WireLength), Is.EqualTo(sent.Select(frame => frame.Length)));
            Assert.That(seen.Select(packet => packet.TimeNs), Is.Ordered.And.All.InRange(before, after));
            Assert.That(seen.Select(packet => packet.TimeNs % 1_000).Distinct().Count(), Is.GreaterThan(100), "nanoseconds, not microseconds");
            Assert.That(
                seen.Select(packet => (packet.Interface, packet.LinkType)),
                Is.All.EqualTo((NetworkInterfaces.IndexOf("b"), LinkType.Ethernet))
            );
            Assert.That(ring.Counters, Is.EqualTo(new SourceCounters(5_000, 0, 0, 0)));
        });

    [Test]
    public void An_interface_without_a_clock_of_its_own_gives_the_kernel_s_times() =>
        NetworkNamespace.Run(() =>
        {
            using var ring = new PacketRing(new RingOptions("b", "", 256, 16, IsPromiscuous: true, HasHardwareTimestamps: true));
            var before = NowNs();
            Send("a", [Datagram(1), Datagram(2)]);
            Assert.That(Read(ring, 2).Select(packet => packet.TimeNs), Is.Ordered.And.All.InRange(before, NowNs()));
        });

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(1_000)]
    public void Batches_of_any_size_lose_nothing(int capacity) =>
        NetworkNamespace.Run(() =>
        {
            var sent = Enumerable.Range(0, 3_000).Select(number => Datagram(number)).ToList();
            using var ring = Open("b");
            Send("a", sent);
            Assert.That(Read(ring, sent.Count, capacity).Select(packet => packet.Octets), Is.EqualTo(sent.Select(Convert.ToHexString)));
        });

    [Test]
    public void The_ring_is_gone_round_many_times() =>
        NetworkNamespace.Run(() =>
        {
            using var ring = Open("b", bufferMiB: 1, snapLength: 2_000);
            var frame = Frames.Ethernet(IPv4, new byte[1_500]);
            for (var round = 0; round < 15; round++)
            {
                Send("a", Enumerable.Repeat(frame, 100));
                Assert.That(Read(ring, 100), Has.Count.EqualTo(100));
            }
            Assert.That(ring.Counters, Is.EqualTo(new SourceCounters(1_500, 0, 0, 0)));
        });

    [Test]
    public void Both_directions_are_seen() =>
        NetworkNamespace.Run(() =>
        {
            using var ring = Open("b");
            Send("a", [Datagram(1)]);
            Send("b", [Datagram(2)]);
            Assert.That(
                Read(ring, 2).Select(packet => packet.Octets),
                Is.EquivalentTo([Convert.ToHexString(Datagram(1)), Convert.ToHexString(Datagram(2))])
            );
        });

    [TestCase("")]
    [TestCase("udp")]
    public void A_packet_on_the_loopback_interface_is_seen_once(string filter) =>
        NetworkNamespace.Run(() =>
        {
            using var ring = Open("lo", filter);
            using var socket = new UdpClient();
            for (var i = 0; i < 20; i++)
                socket.Send([1, 2, 3], new IPEndPoint(IPAddress.Loopback, 9_999));
            // Nobody listens, so each datagram is answered by an ICMP message.
            var seen = Read(ring, filter.Length > 0 ? 20 : 40);
            Assert.That(seen.Count(packet => packet.WireLength == 14 + 20 + 8 + 3), Is.EqualTo(20));
            Assert.That(seen.Select(packet => packet.LinkType), Is.All.EqualTo(LinkType.Ethernet));
        });

    [TestCase(0x8100, 42)]
    [TestCase(0x8100, 0)]
    [TestCase(0x88A8, 0xEFFF)]
    public void A_tag_that_the_kernel_took_out_stands_beside_the_frame(int tpid, int tci) =>
        NetworkNamespace.Run(() =>
        {
            var plain = Datagram(1);
            byte[] tagged = [.. plain[..12], (byte)(tpid >> 8), (byte)tpid, (byte)(tci >> 8), (byte)tci, .. plain[12..]];
            using var ring = Open("b");
            Send("a", [tagged, plain]);
            var seen = Read(ring, 2);
            Assert.That(seen[0], Is.EqualTo(seen[0] with { Octets = Convert.ToHexString(plain), WireLength = tagged.Length }));
            Assert.That((seen[0].VlanTpid, seen[0].VlanTci), Is.EqualTo(((ushort)tpid, (ushort)tci)));
            Assert.That(seen[1], Is.EqualTo(seen[1] with { Octets = Convert.ToHexString(plain), WireLength = plain.Length }));
            Assert.That((seen[1].VlanTpid, seen[1].VlanTci), Is.EqualTo(((ushort)0, (ushort)0)));
        });

    [TestCase("udp dst port 1003", 1)]
    [TestCase("not udp", 1)]
    [TestCase("vlan 42", 1)]
    [TestCase("ip", 10)]
    public void A_filter_lets_only_its_packets_through(string filter, int expected) =>
        NetworkNamespace.Run(() =>
        {
            IgnoreWithoutLibPcap();
            var plain = Datagram(0);
            byte[] tagged = [.. plain[..12], 0x81, 0, 0, 42, .. plain[12..]];
            byte[] neither = [.. Frames.Ethernet(0x0806, new byte[46])];
            using var ring = Open("b", filter, snapLength: 64);
            Send("a", [.. Enumerable.Range(1, 9).Select(number => Datagram(number, 100)), neither, tagged]);
            var seen = Read(ring, expected);
            Assert.That(seen, Has.Count.EqualTo(expected));
            Assert.That(seen.Select(packet => packet.Octets.Length / 2), Is.All.LessThanOrEqualTo(64));
            Assert.That(ring.Counters, Is.EqualTo(new SourceCounters((ulong)expected, 0, 0, 0)));
        });

    [Test]
    public void A_filter_that_is_wrong_is_told_with_its_text() =>
        NetworkNamespace.Run(() =>
        {
            IgnoreWithoutLibPcap();
            Assert.That(
                () => Open("b", "port is what"),
                Throws.InstanceOf<CaptureException>().With.Message.StartsWith("Rtfm:Agent:Filter is 'port is what': ").And.Message.Contains("tcpdump")
            );
        });

    [Test]
    public void Packets_that_find_the_ring_full_are_counted() =>
        NetworkNamespace.Run(() =>
        {
            const int Sent = 30_000;
            using var ring = Open("b", bufferMiB: 1);
            Send("a", Enumerable.Repeat(Datagram(1), Sent));
            var seen = Read(ring, Sent);
            Assert.That(seen, Has.Count.InRange(1_000, Sent - 1_000));
            Assert.That(ring.Counters, Is.EqualTo(new SourceCounters((ulong)seen.Count, 0, (ulong)(Sent - seen.Count), 0)));
            // The ring works again, and what was lost stays lost.
            Send("a", [Datagram(2)]);
            Assert.That(Read(ring, 1), Has.Count.EqualTo(1));
            Assert.That(ring.Counters.LostByKernel, Is.EqualTo((ulong)(Sent - seen.Count)));
        });

    [TestCase("link delete dev a", "b: capture ended: the interface was removed")]
    [TestCase("link set dev b down", "b: capture ended: the interface went down")]
    public void An_interface_that_goes_away_ends_the_capture_after_its_last_packets(string ip, string message) =>
        NetworkNamespace.Run(() =>
        {
            using var ring = Open("b");
            Send("a", [Datagram(1), Datagram(2)]);
            NetworkNamespace.Ip(ip);
            var seen = new List<Seen>();
            var batch = new PacketBatch();
            while (seen.Count < 2)
                ReadOnce(ring, batch, seen);
            Assert.That(() => ReadFor(ring, TimeSpan.FromSeconds(5)), Throws.InstanceOf<CaptureException>().With.Message.EqualTo(message));
        });

    [Test]
    public void An_interface_that_is_down_or_missing_is_told() =>
        NetworkNamespace.Run(() =>
        {
            NetworkNamespace.Ip("link set dev b down");
            Assert.That(() => Open("b"), Throws.InstanceOf<CaptureException>().With.Message.Contains("ip link set dev b up"));
            Assert.That(() => Open("nothing"), Throws.InstanceOf<CaptureException>().With.Message.Contains("There are: a, b, lo"));
            NetworkNamespace.Ip("link set dev b up");
            Open("b").Dispose();
        });

    [Test]
    public void Both_directions_of_a_flow_arrive_at_one_ring_of_a_group() =>
        NetworkNamespace.Run(() =>
        {
            const int Rings = 3;
            const int Flows = 300;
            var rings = Enumerable.Range(0, Rings).Select(_ => Open("b", fanoutGroup: 7)).ToList();
            Send("a", Enumerable.Range(0, Flows).Select(flow => Datagram(flow)));
            Send("b", Enumerable.Range(0, Flows).Select(flow => Reply(flow)));
            var seen = rings.ConvertAll(ring => ReadFor(ring, TimeSpan.FromMilliseconds(400)));
            rings.ForEach(ring => ring.Dispose());
            Assert.That(seen.Sum(packets => packets.Count), Is.EqualTo(2 * Flows), "each packet at one ring");
            Assert.That(seen.Select(packets => packets.Count), Is.All.GreaterThan(Flows / 10));
            foreach (var packets in seen)
            {
                var forward = packets.Where(packet => PortsOf(packet).To != 53).Select(packet => PortsOf(packet)).ToHashSet();
                var backward = packets.Where(packet => PortsOf(packet).To == 53).Select(packet => (PortsOf(packet).To, PortsOf(packet).From));
                Assert.That(backward, Is.EquivalentTo(forward));
            }
        });

    [Test]
    public void Rings_outside_a_group_see_everything() =>
        NetworkNamespace.Run(() =>
        {
            using var one = Open("b");
            using var other = Open("b");
            Send("a", Enumerable.Range(0, 50).Select(flow => Datagram(flow)));
            Assert.That((Read(one, 50).Count, Read(other, 50).Count), Is.EqualTo((50, 50)));
        });

    [Test]
    public void An_interface_without_link_header_gives_bare_packets() =>
        NetworkNamespace.Run(() =>
        {
            var packet = Frames.IPv4(Udp, new byte[100]);
            using var device = new TunDevice("t");
            using var ring = Open("t", "udp");
            device.Receive(packet);
            var seen = Read(ring, 1);
            Assert.That(seen, Has.Count.EqualTo(1));
            Assert.That(seen[0], Is.EqualTo(seen[0] with { Octets = Convert.ToHexString(packet), WireLength = 120, LinkType = LinkType.Raw }));
        });

    [Test]
    public void Any_other_interface_gives_packets_with_a_cooked_header() =>
        NetworkNamespace.Run(() =>
        {
            const int Ppp = 512;
            var packet = Frames.IPv6(Udp, new byte[100]);
            using var device = new TunDevice("t", Ppp);
            using var ring = Open("t", "ip6", snapLength: 64);
            device.Receive(packet);
            var seen = Read(ring, 1);
            Assert.That(seen, Has.Count.EqualTo(1));
            // To us, ARPHRD_PPP, no address, IPv6.
            var octets = "0000" + "0200" + "0000" + "0000000000000000" + "86DD" + Convert.ToHexString(packet.AsSpan(0, 64));
            Assert.That(seen[0], Is.EqualTo(seen[0] with { Octets = octets, WireLength = 16 + 140, LinkType = LinkType.LinuxSll }));
        });

    [Test]
    public void Reading_allocates_nothing() =>
        NetworkNamespace.Run(() =>
        {
            using var ring = Open("b");
            var batch = new PacketBatch();
            Send("a", Enumerable.Repeat(Datagram(1), 1_000));
            Count(ring, batch, 1_000);
            Send("a", Enumerable.Repeat(Datagram(1), 20_000));
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.That(Count(ring, batch, 20_000), Is.EqualTo(20_000));
            // Time enough for the interface's counters to be looked up, too.
            for (var i = 0; i < 12; i++)
                ring.Read(batch);
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1_000));
        });

    [TestCase(true)]
    [TestCase(false)]
    public void At_an_edge_what_comes_in_has_a_source_interface_and_what_goes_out_a_destination_interface(bool isEdge) =>
        NetworkNamespace.Run(() =>
        {
            using var ring = new PacketRing(new RingOptions("b", "", 256, 4, IsPromiscuous: true, KnowsDirection: isEdge));
            Send("a", [Datagram(1)]);
            Send("b", [Datagram(2)]);
            var (batch, interfaces) = (new PacketBatch(), new List<(int, int)>());
            for (var idle = 0; idle < 20 && interfaces.Count < 2; idle++)
            {
                ring.Read(batch);
                var keys = new MatchKey[batch.Count];
                PacketParser.Parse(batch.Packets, keys, new ParseCounters());
                interfaces.AddRange(keys.Select(key => ((int)key.Source.Interface, (int)key.Dest.Interface)));
            }
            var b = NetworkInterfaces.IndexOf("b");
            Assert.That(interfaces, Is.EqualTo(isEdge ? new[] { (b, 0), (0, b) } : [(b, b), (b, b)]));
        });

    private static PacketRing Open(string name, string filter = "", int snapLength = 256, int bufferMiB = 16, ushort? fanoutGroup = null)
    {
        if (filter.Length > 0)
            IgnoreWithoutLibPcap();
        return new(new RingOptions(name, filter, snapLength, bufferMiB, IsPromiscuous: true, fanoutGroup));
    }

    private static void Send(string name, IEnumerable<byte[]> frames)
    {
        using var sender = new FrameSender(name);
        foreach (var frame in frames)
            sender.Send(frame);
    }

    /// <summary>Reads until no more packets come; more patiently while there are fewer than expected.</summary>
    private static List<Seen> Read(PacketRing ring, int expected, int capacity = 64)
    {
        var seen = new List<Seen>();
        var batch = new PacketBatch(capacity);
        for (var idle = 0; idle < (seen.Count < expected ? 4 : 1); )
            idle = ReadOnce(ring, batch, seen) ? 0 : idle + 1;
        return seen;
    }

    private static List<Seen> ReadFor(PacketRing ring, TimeSpan time)
    {
        var seen = new List<Seen>();
        var batch = new PacketBatch();
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < time; )
            ReadOnce(ring, batch, seen);
        return seen;
    }

    private static bool ReadOnce(PacketRing ring, PacketBatch batch, List<Seen> seen)
    {
        Assert.That(ring.Read(batch), Is.EqualTo(SourceState.Open));
        foreach (var packet in batch.Packets)
        {
            var octets = Convert.ToHexString(packet.Captured);
            seen.Add(new(packet.TimeNs, octets, packet.WireLength, packet.Interface, packet.LinkType, packet.VlanTpid, packet.VlanTci));
        }
        return batch.Count > 0;
    }

    private static int Count(PacketRing ring, PacketBatch batch, int expected)
    {
        var count = 0;
        for (var idle = 0; idle < 4 && count < expected; idle = batch.Count > 0 ? 0 : idle + 1)
        {
            ring.Read(batch);
            count += batch.Count;
        }
        return count;
    }

    /// <summary>A datagram of flow N: 10.0.0.1, port 53, to 10.0.0.2, port 1000 + N.</summary>
    private static byte[] Datagram(int flow, int octets = 20) => Frames.Ethernet(IPv4, Frames.IPv4(Udp, Payload(53, 1_000 + flow, octets)));

    private static byte[] Reply(int flow)
    {
        var frame = Frames.Ethernet(IPv4, Frames.IPv4(Udp, Payload(1_000 + flow, 53, 30)));
        (frame[14 + 15], frame[14 + 19]) = (frame[14 + 19], frame[14 + 15]);
        return frame;
    }

    private static byte[] Payload(int from, int to, int octets)
    {
        var payload = new byte[8 + octets];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)from);
        BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(2), (ushort)to);
        BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(4), (ushort)payload.Length);
        return payload;
    }

    private static (int From, int To) PortsOf(Seen packet)
    {
        var ports = Convert.FromHexString(packet.Octets.AsSpan(2 * 34, 8));
        return (BinaryPrimitives.ReadUInt16BigEndian(ports), BinaryPrimitives.ReadUInt16BigEndian(ports.AsSpan(2)));
    }

    private static long NowNs() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    private static void IgnoreWithoutLibPcap()
    {
        if (
            !System.Runtime.InteropServices.NativeLibrary.TryLoad("libpcap.so.0.8", out _)
            && !System.Runtime.InteropServices.NativeLibrary.TryLoad("libpcap.so.1", out _)
        )
            Assert.Ignore("libpcap is not installed");
    }
}
