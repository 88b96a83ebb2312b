using System.Net;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Packets;
using Rtfm.Model;
using Rtfm.Srl;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Metering;

/// <summary>Captures through the five-tuple rule set, held against tshark and capinfos.</summary>
[TestFixture]
public sealed class ReplayTests
{
    private static RuleSet FiveTuple { get; } =
        RuleAssembler.AssembleFile(Path.Combine(Repository.Root, "docs", "rulesets", "five-tuple.rules")).RuleSet!;

    private static IEnumerable<string> OwnCaptures() => Directory.GetFiles(Repository.Captures, "*.pcap*").Select(path => Path.GetFileName(path));

    [TestCaseSource(nameof(OwnCaptures))]
    public void Packets_of_every_flow_are_what_tshark_counts(string name)
    {
        if (!File.Exists("/usr/bin/tshark"))
            Assert.Ignore("tshark is not installed");
        var path = Path.Combine(Repository.Captures, name);
        Assert.That(Metered(path), Is.EquivalentTo(CountedByTshark(path)));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Packets_of_known_flows_are_parsed_matched_and_counted_without_allocation(bool isInterpreted)
    {
        var statistics = RuleAssembler
            .Assemble(
                """
                sourcePeerAddress/128 = 0: PushPktToAct, Next
                destPeerAddress/128 = 0: PushPktToAct, Next
                timeToLive/8 = 0: PushPktToAct, Next
                toPacketSize & 1.0.25!1500 = 60.0!0: PushPktToAct, Next
                toTurnaroundTime & 2.3.1!1800 = 60.0.0!0: PushPktToAct, Next
                fromBitRate & 2.3.1!10000 = 60.5.0!0: CountPkt
                """,
                "statistics.rules"
            )
            .RuleSet!;
        using var table = new FlowTable(1_000_000);
        var running = new List<RunningRuleSet>();
        foreach (var ruleSet in new[] { FiveTuple, statistics })
        {
            var set = table.GetOrAdd(running.Count + 1);
            running.Add(new(running.Count + 1, ruleSet, new(ruleSet, set.Shapes, isInterpreted), set));
        }
        var processor = new PacketProcessor(intoTunnels: true);
        processor.Run(running);
        var batch = new PacketBatch();
        foreach (var path in Directory.GetFiles(Repository.Captures, "*.pcap*"))
        {
            using var source = CaptureFile.Open(path);
            source.Read(batch);
            var now = 0u;
            for (; now < 10; now++)
                processor.Process(batch.Packets, new Uptime(now));
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (; now < 1_000; now++)
                processor.Process(batch.Packets, new Uptime(now));
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero, path);
        }
        Assert.That(processor.Parsed.Packets, Is.GreaterThan(100_000));
    }

    [Test]
    public void Every_packet_of_real_and_broken_captures_has_one_outcome()
    {
        if (Repository.SharedCaptures is not { } folder)
        {
            Assert.Ignore("there is no collection of captures beside the checkout");
            return;
        }
        var read = 0;
        Assert.Multiple(() =>
        {
            foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                using var replay = new Replay([FiveTuple], OctetLayer.Network, maxFlows: 1_000_000);
                try
                {
                    replay.Read(path);
                }
                catch (CaptureException)
                {
                    continue; // no capture at all
                }
                read++;
                var run = replay.Runs[0];
                var outcomes = run.Counted + run.Ignored + run.Unmatched + run.Lost + replay.Processor.Parsed.UnparsedPackets;
                Assert.That(outcomes, Is.EqualTo(replay.Processor.Parsed.Packets), path);
            }
        });
        Assert.That(read, Is.GreaterThan(500));
    }

    /// <summary>Packets from each endpoint to each other, whichever way the flow was made.</summary>
    private static Dictionary<string, ulong> Metered(string path)
    {
        using var replay = new Replay([FiveTuple], OctetLayer.Network, maxFlows: 10_000);
        replay.Read(path);
        var counted = new Dictionary<string, ulong>();
        FlowSnapshot flow = default;
        for (var after = 0u; replay.Runs[0].Flows.TryGetNext(after, default, ref flow); after = flow.Index)
        {
            var source = $"{Text(ref flow, FlowAttribute.SourcePeerAddress)}|{Text(ref flow, FlowAttribute.SourceTransAddress)}";
            var dest = $"{Text(ref flow, FlowAttribute.DestPeerAddress)}|{Text(ref flow, FlowAttribute.DestTransAddress)}";
            var protocol = flow.Number(FlowAttribute.SourceTransType);
            Add(counted, $"{source}|{dest}|{protocol}", flow.ToPdus);
            Add(counted, $"{dest}|{source}|{protocol}", flow.FromPdus);
        }
        return counted;
    }

    private static Dictionary<string, ulong> CountedByTshark(string path)
    {
        string[] fields =
        [
            "ip.src",
            "ip.dst",
            "ip.proto",
            "ipv6.src",
            "ipv6.dst",
            "ipv6.nxt",
            "tcp.srcport",
            "tcp.dstport",
            "udp.srcport",
            "udp.dstport",
            "ipv6.hopopts.nxt",
        ];
        string[] arguments = ["-n", "-r", path, "-o", "ip.defragment:FALSE", "-T", "fields", "-E", "occurrence=f", "-E", "separator=|"];
        var result = SnmpTool.Run("tshark", [.. arguments, .. fields.SelectMany(field => new[] { "-e", field })]);
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        var counted = new Dictionary<string, ulong>();
        foreach (var line in result.Lines)
        {
            var values = line.Split('|');
            var first = values[0].Length > 0 ? 0 : 3;
            if (values[first].Length == 0)
                continue; // no IP
            var (source, dest) = (IPAddress.Parse(values[first]), IPAddress.Parse(values[first + 1]));
            // A hop-by-hop header stands before the protocol.
            var protocol = values[first + 2] == "0" ? values[10] : values[first + 2];
            var sourcePort = Port(values[6], values[8]);
            var destPort = Port(values[7], values[9]);
            Add(counted, $"{source}|{sourcePort}|{dest}|{destPort}|{protocol}", 1);
        }
        return counted;
    }

    private static string Port(string tcp, string udp) =>
        tcp.Length > 0 ? tcp
        : udp.Length > 0 ? udp
        : "0";

    private static string Text(ref FlowSnapshot flow, FlowAttribute attribute) =>
        FlowText.Format(attribute, new FlowValue(flow.Octets(attribute).ToArray()));

    private static void Add(Dictionary<string, ulong> counted, string key, ulong packets)
    {
        if (packets > 0)
            counted[key] = counted.GetValueOrDefault(key) + packets;
    }
}
