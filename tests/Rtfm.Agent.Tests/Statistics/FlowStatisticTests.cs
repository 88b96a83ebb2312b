using System.Collections.Immutable;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Tests.Matching;
using Rtfm.Model;
using Rtfm.Srl;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Statistics;

/// <summary>RFC 2724: distributions and other statistics of flows, asked for by rules.</summary>
[TestFixture]
public sealed class FlowStatisticTests
{
    private const long Microsecond = 1_000;
    private const long Millisecond = 1_000_000;
    private const long Second = 1_000_000_000;

    [Test]
    public void TC_117_NEW_05_linear_buckets()
    {
        using var flows = Asking("toPacketSize & 1.0.25!1500 = 60.0!0");
        foreach (var size in new uint[] { 0, 25, 26, 50, 576, 1475, 1476, 1500, 1501 })
            Send(flows, 0, "A:1>B:2 tcp", size);

        Assert.That(Buckets(flows, FlowAttribute.ToPacketSize), Is.EqualTo(new[] { 1, 1, 2, 2, 24, 59, 60, 60, 61 }));
    }

    [TestCase("1, 2, 10, 11, 100, 101, 1000, 1001", "1, 2, 2, 3, 3, 4, 4, 5")]
    public void TC_118_NEW_05_logarithmic_buckets_end_at_exact_powers(string sizes, string buckets)
    {
        using var flows = Asking("toPacketSize & 2.0.1!1000 = 4.0!0");
        foreach (var size in sizes.Split(", "))
            Send(flows, 0, "A:1>B:2 tcp", uint.Parse(size));

        Assert.That(string.Join(", ", Buckets(flows, FlowAttribute.ToPacketSize)), Is.EqualTo(buckets));
    }

    [Test]
    public void TC_119_NEW_06_interarrival_times_in_milliseconds_on_a_logarithmic_scale()
    {
        using var flows = Asking("toInterarrivalTime & 2.3.1!1800 = 60.0.0!0");
        long[] gaps = [1_000, 1_001, 1_135, 1_136, 10_000, 1_000_000, 1_800_000, 1_800_001];
        var at = Second;
        Send(flows, at, "A:1>B:2 tcp", 60);
        foreach (var gap in gaps)
            Send(flows, at += gap * Microsecond, "A:1>B:2 tcp", 60);

        Assert.That(Buckets(flows, FlowAttribute.ToInterarrivalTime), Is.EqualTo(new[] { 1, 2, 2, 3, 20, 56, 60, 61 }));
    }

    [Test]
    public void TC_120_NEW_10_a_distribution_is_encoded_octet_for_octet()
    {
        using var flows = Asking("toPacketSize & 1.0.10!50 = 5.0!0");
        foreach (var size in new uint[] { 5, 10, 11, 20, 21, 45, 51 })
            Send(flows, 0, "A:1>B:2 tcp", size);

        Assert.That(
            Package(flows, FlowAttribute.ToPacketSize),
            Is.EqualTo(
                Hex.Bytes("30 26 04 24 30 22 04 06 01 00 00 0A 00 32 04 06 05 00 00 00 00 00 46 01 02 46 01 02 46 01 01 46 01 00 46 01 01 46 01 01")
            )
        );
    }

    [Test]
    public void TC_121_NEW_07_what_is_a_sample_of_interarrival_and_turnaround()
    {
        using var flows = Asking(
            "toInterarrivalTime & 1.0.500!2000 = 4.0!0",
            "fromInterarrivalTime & 1.0.500!2000 = 4.0!0",
            "toTurnaroundTime & 1.0.500!2000 = 4.0!0",
            "fromTurnaroundTime & 1.0.500!2000 = 4.0!0"
        );
        Send(flows, 0, "A:1>B:2 tcp", 60);
        Send(flows, 1 * Millisecond, "A:1>B:2 tcp", 60);
        Send(flows, 3 * Millisecond, "A:1>B:2 tcp", 60);
        Send(flows, 3_500 * Microsecond, "B:2>A:1 tcp", 60);
        Send(flows, 4 * Millisecond, "A:1>B:2 tcp", 60);

        Assert.That(Counters(flows, FlowAttribute.ToInterarrivalTime), Is.EqualTo(new ulong[] { 0, 2, 0, 1, 0 }));
        Assert.That(Counters(flows, FlowAttribute.FromInterarrivalTime), Is.All.Zero);
        Assert.That(Counters(flows, FlowAttribute.FromTurnaroundTime), Is.EqualTo(new ulong[] { 1, 0, 0, 0, 0 }));
        Assert.That(Counters(flows, FlowAttribute.ToTurnaroundTime), Is.EqualTo(new ulong[] { 1, 0, 0, 0, 0 }));
    }

    [Test]
    public void TC_122_NEW_09_attribute_65_says_which_distributions_there_are()
    {
        using var flows = Asking("toPacketSize & 1.0.25!1500 = 60.0!0", "fromBitRate & 2.3.1!10000 = 60.5.0!0");
        Send(flows, 0, "A:1>B:2 tcp", 60);

        Assert.That(Package(flows, FlowAttribute.Distributions), Is.EqualTo(Hex.Bytes("30 04 42 02 00 81")));
    }

    [Test]
    public void TC_123_NEW_10_a_flow_without_the_distribution_gives_an_empty_string()
    {
        using var flows = Asking();
        Send(flows, 0, "A:1>B:2 tcp", 60);

        Assert.That(Package(flows, FlowAttribute.ToPacketSize), Is.EqualTo(Hex.Bytes("30 02 04 00")));
    }

    [Test]
    public void NEW_07_rates_are_taken_once_per_interval_also_of_intervals_without_packets()
    {
        using var flows = Asking("toBitRate & 1.0.100!1000 = 10.2.0!0", "toPDURate & 1.0.1!5 = 5.2.0!0");
        // Interval 1: 100 octets in 2 s are 400 bit/s, 2 packets are 1/s. Interval 2: nothing. Interval 3: 25 octets are 100 bit/s. Interval 4 is not over.
        Send(flows, 10 * Second, "A:1>B:2 tcp", 60);
        Send(flows, 11 * Second, "A:1>B:2 tcp", 40);
        Send(flows, 14 * Second, "A:1>B:2 tcp", 25);
        Send(flows, 16 * Second, "A:1>B:2 tcp", 1_000);

        Assert.That(Counters(flows, FlowAttribute.ToBitRate), Is.EqualTo(new ulong[] { 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0 }));
        Assert.That(Counters(flows, FlowAttribute.ToPduRate), Is.EqualTo(new ulong[] { 3, 0, 0, 0, 0, 0 }));
    }

    [Test]
    public void NEW_07_intervals_end_as_time_passes_also_for_a_flow_that_is_silent()
    {
        using var flows = Asking("toPDURate & 1.0.1!5 = 5.1.0!0");
        Send(flows, 0, "A:1>B:2 tcp", 60);
        Send(flows, 10 * Second, "C:1>B:2 tcp", 60);

        Assert.That(Counters(flows, FlowAttribute.ToPduRate).Sum(each => (int)each), Is.EqualTo(10));
    }

    [TestCase("toPacketSize & 3.0.1!10 = 5.0!0")]
    [TestCase("toPacketSize & 1.0.1!10 = 0.0!0")]
    [TestCase("toPacketSize & 1.0.11!10 = 5.0!0")]
    [TestCase("toPacketSize & 1.0.10!10 = 5.0!0")]
    [TestCase("toPacketSize & 2.0.0!10 = 5.0!0")]
    public void NEW_11_with_parameters_that_mean_nothing_the_flow_is_counted_without_distribution(string request)
    {
        using var flows = Asking(request);
        Send(flows, 0, "A:1>B:2 tcp", 60);

        Assert.That(Only(flows).ToPdus, Is.EqualTo(1));
        Assert.That(Package(flows, FlowAttribute.ToPacketSize), Is.EqualTo(Hex.Bytes("30 02 04 00")));
    }

    [TestCase("toPacketSize & 1.255.1!65535 = 255.0!0")]
    [TestCase("toPacketSize & 2.18.1!65535 = 255.0!0")]
    public void Limits_beyond_64_bits_are_taken_as_the_highest_number(string request)
    {
        using var flows = Asking(request);
        Send(flows, 0, "A:1>B:2 tcp", 60);

        Assert.That(Buckets(flows, FlowAttribute.ToPacketSize), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void TCP_octets_are_counted_once_whatever_is_sent_again()
    {
        using var flows = Asking("toTcpOctets & 0.0 = 0.0");
        SendTcp(flows, sequence: 999, length: 1, flags: 2); // SYN
        SendTcp(flows, sequence: 1_000, length: 100);
        SendTcp(flows, sequence: 1_000, length: 100); // again
        SendTcp(flows, sequence: 1_100, length: 50);
        SendTcp(flows, sequence: 1_150, length: 1, flags: 1); // FIN

        Assert.That(Only(flows).Number(FlowAttribute.ToTcpOctets), Is.EqualTo(150));
    }

    [Test]
    public void TCP_octets_of_several_streams_in_one_flow_add_up()
    {
        using var flows = new FlowHarness(
            Rules("sourcePeerType & 255 = 1: PushPktToAct, Next", "toTcpOctets & 0.0 = 0.0: PushPktToAct, Next", "null: Count")
        );
        for (ushort port = 1; port <= 40; port++)
        {
            SendTcp(flows, sequence: uint.MaxValue - 10, length: 100, port: port);
            SendTcp(flows, sequence: 89, length: 100, port: port);
        }

        Assert.That(Only(flows).Number(FlowAttribute.ToTcpOctets), Is.EqualTo(40 * 200));
    }

    [Test]
    public void Active_intervals_are_those_with_a_packet()
    {
        using var flows = Asking("toActiveIntervals & 0.0 = 0.10.0!0", "fromActiveIntervals & 0.0 = 0.10.0!0");
        foreach (var second in new[] { 0, 1, 9, 25, 31 })
            Send(flows, second * Second, "A:1>B:2 tcp", 60);

        Assert.That(Only(flows).Number(FlowAttribute.ToActiveIntervals), Is.EqualTo(3));
        Assert.That(Only(flows).Number(FlowAttribute.FromActiveIntervals), Is.EqualTo(0));
    }

    [Test]
    public void Packet_pairs_give_the_rate_at_which_the_second_packet_came()
    {
        // 1,000 octets 100 µs behind the one before are 80 Mbit/s; a pair 2 ms apart is none.
        using var flows = Asking("toPacketPairRate & 1.6.10!100 = 10.0.1000!0");
        Send(flows, 0, "A:1>B:2 tcp", 1_000);
        Send(flows, 100 * Microsecond, "A:1>B:2 tcp", 1_000);
        Send(flows, 2_100 * Microsecond, "A:1>B:2 tcp", 1_000);

        Assert.That(Buckets(flows, FlowAttribute.ToPacketPairRate), Is.EqualTo(new[] { 8 }));
    }

    [Test]
    public void Streams_active_in_each_interval_are_counted()
    {
        using var flows = new FlowHarness(
            Rules("sourcePeerType & 255 = 1: PushPktToAct, Next", "toStreams & 1.0.1!9 = 9.10.0!0: PushPktToAct, Next", "null: Count")
        );
        foreach (var port in new[] { 1, 2, 3, 1, 2 })
            Send(flows, port * Second, $"A:{port}>B:2 tcp", 60);
        Send(flows, 12 * Second, "A:7>B:2 tcp", 60);
        Send(flows, 22 * Second, "A:7>B:2 tcp", 60);

        Assert.That(Buckets(flows, FlowAttribute.ToStreams), Is.EqualTo(new[] { 1, 3 }));
    }

    [Test]
    public void NEW_03_parameters_are_those_of_when_the_flow_was_made()
    {
        using var flows = new FlowHarness(
            Rules(
                "null: GotoAct, Next",
                "sourcePeerAddress & 255.255.255.255 = 0: PushPktToAct, Next",
                "null: Goto, Next",
                "sourceTransAddress/16 = 1: GotoAct, small",
                "null: GotoAct, Next",
                "toPacketSize & 1.0.1000!2000 = 2.0!0: PushPktToAct, Next",
                "null: Count",
                "small: toPacketSize & 1.0.10!20 = 2.0!0: PushPktToAct, Next",
                "null: Count"
            )
        );
        Send(flows, 0, "A:1>B:2 tcp", 5);
        Send(flows, 1, "A:9>B:2 tcp", 1_500);

        Assert.That(Counters(flows, FlowAttribute.ToPacketSize), Is.EqualTo(new ulong[] { 1, 0, 1 }));
    }

    [Test]
    public void A_flow_without_room_for_statistics_is_counted_and_the_lack_is_told()
    {
        using var table = new FlowTable(100, statisticsMiB: 0);
        var set = table.GetOrAdd(2);
        var rules = Rules("sourcePeerType & 255 = 1: PushPktToAct, Next", "toPacketSize & 1.0.1!9 = 9.0!0: PushPktToAct, Next", "null: Count");
        var processor = new Rtfm.Agent.Metering.PacketProcessor();
        processor.Run([new(2, rules, new(rules, set.Shapes), set)]);
        processor.Process([FlowHarness.Packet("A:1>B:2 tcp 60")], new Uptime(1));

        FlowSnapshot flow = default;
        Assert.That(set.TryGetNext(0, default, ref flow));
        Assert.That((flow.ToPdus, flow.Number(FlowAttribute.Distributions), table.FlowsWithoutStatistics), Is.EqualTo((1, 0, 1)));
    }

    [Test]
    public void Records_of_flows_that_went_are_used_again()
    {
        using var flows = Asking("toPacketSize & 1.0.1!9 = 9.0!0");
        for (var round = 0; round < 100; round++)
        {
            flows.Now = new Uptime((uint)(1_000 * (round + 1)));
            for (var port = 1; port <= 500; port++)
                Send(flows, 0, $"A:{port}>B:2 tcp", 5);
            flows.Flows.Recover(new(flows.Now.Hundredths + 500), 100, null, 100_000);
        }
        flows.Now = new Uptime(1_000_000);
        Send(flows, 0, "A:1>B:2 tcp", 5);

        Assert.That(Counters(flows, FlowAttribute.ToPacketSize).Sum(each => (int)each), Is.EqualTo(1));
    }

    /// <summary>A flow for each address and port pair, with these statistics.</summary>
    private static FlowHarness Asking(params string[] requests) =>
        new(
            Rules([
                "null: GotoAct, Next",
                "sourcePeerAddress & 255.255.255.255 = 0: PushPktToAct, Next",
                "destPeerAddress & 255.255.255.255 = 0: PushPktToAct, Next",
                "sourceTransAddress/16 = 0: PushPktToAct, Next",
                .. requests.Select(request => $"{request}: PushPktToAct, Next"),
                "destTransAddress/16 = 0: CountPkt",
            ])
        );

    private static RuleSet Rules(params string[] lines)
    {
        var assembled = RuleAssembler.Assemble(string.Join('\n', lines), "test");
        return assembled.RuleSet ?? throw new ArgumentException(string.Join('\n', assembled.Diagnostics));
    }

    private static void Send(FlowHarness flows, long timeNs, string packet, uint octets)
    {
        var key = FlowHarness.Packet($"{packet} {octets}");
        key.TimeNs = timeNs;
        flows.Process(key, 1);
    }

    private static void SendTcp(FlowHarness flows, uint sequence, uint length, byte flags = 0, ushort port = 1)
    {
        var key = FlowHarness.Packet($"A:{port}>B:2 tcp {length + 40}");
        (key.TcpSequence, key.TcpLength, key.TcpFlags) = (sequence, length, flags);
        flows.Process(key, 1);
    }

    private static FlowSnapshot Only(FlowHarness flows)
    {
        FlowSnapshot flow = default;
        Assert.That(flows.Flows.TryGetNext(0, default, ref flow));
        return flow;
    }

    private static byte[] Package(FlowHarness flows, FlowAttribute attribute)
    {
        var writer = new FlowDataPackage.Writer(new byte[FlowDataPackage.LongestDistribution]);
        Assert.That(Only(flows).TryWritePackage([attribute], ref writer));
        return writer.Finish().ToArray();
    }

    private static ImmutableArray<ulong> Counters(FlowHarness flows, FlowAttribute attribute)
    {
        Assert.That(Distribution.TryDecode(Only(flows).ValueOf(attribute).Octets, out var distribution));
        return distribution!.Counters;
    }

    /// <summary>The numbers of the buckets, from 1, that the samples fell into, each as often as that.</summary>
    private static int[] Buckets(FlowHarness flows, FlowAttribute attribute) =>
        [.. Counters(flows, attribute).SelectMany((count, i) => Enumerable.Repeat(i + 1, (int)count))];
}
