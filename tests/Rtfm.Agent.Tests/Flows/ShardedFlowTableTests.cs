using Rtfm.Agent.Flows;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Packets;
using Rtfm.Agent.Tests.Matching;
using Rtfm.Model;
using Rtfm.Srl;

namespace Rtfm.Agent.Tests.Flows;

/// <summary>Several threads count in one flow table: what comes out is what one thread would have made, however packets are dealt out.</summary>
[TestFixture]
public sealed class ShardedFlowTableTests
{
    private const int Packets = 30_000;

    /// <summary>A flow for each connection, for each source network and for everything together; statistics; a direction by address; many shapes of keys.</summary>
    private static readonly string[][] RuleSets =
    [
        [
            "null: GotoAct, Next",
            "sourcePeerAddress & 255.255.255.255 = 0: PushPktToAct, Next",
            "destPeerAddress & 255.255.255.255 = 0: PushPktToAct, Next",
            "sourceTransAddress/16 = 0: PushPktToAct, Next",
            "destTransAddress/16 = 0: CountPkt",
        ],
        ["null: GotoAct, Next", "sourcePeerAddress & 255.255.255.0 = 0: CountPkt"],
        ["null: GotoAct, Next", "toPacketSize & 1.0.10!2000 = 60.0!0: PushPktToAct, Next", "sourcePeerType/8 = 0: CountPkt"],
        ["sourcePeerAddress & 255.255.255.255 = 10.0.0.1: CountPkt", "null: NoMatch"],
        [
            "null: GotoAct, Next",
            "sourcePeerAddress & 255.255.255.255 = 0: PushPktToAct, Next",
            "toPacketSize & 1.0.10!2000 = 30.0!0: PushPktToAct, Next",
            "sourceTransType/8 = 0: PushPktToAct, Next",
            "sourceTransAddress/16 = 0: CountPkt",
        ],
    ];

    [Test]
    public void Any_number_of_threads_count_as_one_does(
        [Range(0, 4)] int rules,
        [Values(2, 3, 64)] int threads,
        [Values] bool isInterpreted,
        [Values(1, 40)] int seed
    )
    {
        var ruleSet = Assemble(RuleSets[rules]);
        var packets = Traffic(seed + rules);
        using var one = new FlowTable(Packets);
        using var many = new FlowTable(Packets, threads);
        Count(one, ruleSet, isInterpreted, packets, threads: 1, seed);
        var run = Count(many, ruleSet, isInterpreted, packets, Math.Min(threads, 4), seed);
        Assert.That(Contents(many), Is.EquivalentTo(Contents(one)));
        Assert.That(many.ActiveFlows, Is.EqualTo(one.ActiveFlows));
        Assert.That((run.Seen, run.Lost), Is.EqualTo(((ulong)Packets, 0ul)));
    }

    [Test]
    public void A_table_that_several_threads_fill_is_never_fuller_than_it_may_be()
    {
        const int Room = 1_000;
        using var table = new FlowTable(Room, shards: 4);
        var run = Count(table, Assemble(RuleSets[0]), isInterpreted: false, Traffic(3), threads: 4, seed: 5);
        Assert.That((table.ActiveFlows, run.Flows.Count), Is.EqualTo((Room, Room)));
        Assert.That(run.Counted + run.Lost, Is.EqualTo((ulong)Packets));
        Assert.That(run.Lost, Is.Positive);
    }

    [Test]
    public void Faults_of_a_rule_set_are_counted_on_all_threads([Values] bool isInterpreted)
    {
        using var table = new FlowTable(Packets, shards: 4);
        var run = Count(table, RuleNotation.Parse("1 - Return"), isInterpreted, Traffic(1), threads: 4, seed: 1);
        Assert.That((run.Faults, run.Unmatched), Is.EqualTo((2ul * Packets, (ulong)Packets)), "forward and reversed");
    }

    [Test]
    public void A_walk_misses_no_flow_while_blocks_before_it_come_and_go()
    {
        const int Staying = 3_000;
        using var table = new FlowTable(300_000, shards: 4);
        var (growing, passing) = (RunOf(table, 2, RuleSets[0]), RunOf(table, 3, RuleSets[0]));
        // The blocks of flows that pass lie before those of flows that stay, and are used again by others.
        Meter(passing, Enumerable.Range(0, 60_000).Select(i => Connection(i % Staying, 2 + i / Staying)));
        Meter(growing, Enumerable.Range(0, Staying).Select(i => Connection(i, 1)));
        using var stop = new CancellationTokenSource();
        var writers = new[]
        {
            Task.Run(() =>
            {
                for (var port = 2; !stop.IsCancellationRequested && growing.Flows.Count < 150_000; port++)
                    Meter(growing, Enumerable.Range(0, 1_000).Select(i => Connection(i, port)));
            }),
            Task.Run(() =>
            {
                while (!stop.IsCancellationRequested)
                {
                    passing.Flows.Recover(new Uptime(1), 0, null, 16 * 256);
                    Meter(passing, Enumerable.Range(0, 1_000).Select(i => Connection(i, 1)));
                }
            }),
        };
        var missed = 0;
        for (var walk = 0; walk < 60; walk++)
        {
            var seen = 0;
            FlowSnapshot flow = default;
            for (var after = 0u; growing.Flows.TryGetNext(after, default, ref flow); after = flow.Index)
                seen += flow.Octets(FlowAttribute.SourceTransAddress) is [0, 1] ? 1 : 0;
            missed += Staying - seen;
        }
        stop.Cancel();
        Task.WaitAll(writers);
        Assert.That(missed, Is.Zero);
    }

    private static RunningRuleSet RunOf(FlowTable table, int number, string[] rules)
    {
        var (set, ruleSet) = (table.GetOrAdd(number), Assemble(rules));
        return new RunningRuleSet(number, ruleSet, new(ruleSet, set.Shapes), set);
    }

    private static void Meter(RunningRuleSet run, IEnumerable<MatchKey> packets)
    {
        var processor = ProcessorOf(run);
        foreach (var batch in packets.Chunk(100))
            processor.Process(batch, new Uptime(1));
    }

    private static PacketProcessor ProcessorOf(RunningRuleSet run)
    {
        var processor = new PacketProcessor();
        processor.Run([run]);
        return processor;
    }

    /// <summary>Each packet goes to any of the threads, in batches of any size.</summary>
    private static RunningRuleSet Count(FlowTable table, RuleSet ruleSet, bool isInterpreted, List<MatchKey> packets, int threads, int seed)
    {
        var set = table.GetOrAdd(2);
        var run = new RunningRuleSet(2, ruleSet, new(ruleSet, set.Shapes, isInterpreted), set);
        var random = new Random(seed);
        var shares = Enumerable.Range(0, threads).Select(_ => new List<MatchKey>()).ToList();
        foreach (var packet in packets)
            shares[random.Next(threads)].Add(packet);
        var sizes = shares.ConvertAll(_ => new Random(random.Next()));
        using var start = new Barrier(threads);
        Task.WaitAll(
            Enumerable
                .Range(0, threads)
                .Select(i =>
                    Task.Factory.StartNew(
                        () =>
                        {
                            var processor = ProcessorOf(run);
                            var share = shares[i].ToArray().AsSpan();
                            start.SignalAndWait();
                            for (var now = 1u; !share.IsEmpty; now++)
                            {
                                var size = Math.Min(sizes[i].Next(1, 600), share.Length);
                                processor.Process(share[..size], new Uptime(now));
                                share = share[size..];
                            }
                        },
                        TaskCreationOptions.LongRunning
                    )
                )
                .ToArray()
        );
        return run;
    }

    /// <summary>Packets of 40 hosts in five networks, both ways, each with its length.</summary>
    private static List<MatchKey> Traffic(int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable
                .Range(0, Packets)
                .Select(_ =>
                    FlowHarness.Packet(
                        $"10.0.{random.Next(5)}.{random.Next(1, 9)}:{random.Next(1, 9)}>10.0.{random.Next(5)}.{random.Next(1, 9)}:{random.Next(1, 9)} {(random.Next(2) == 0 ? "tcp" : "udp")} {random.Next(20, 1_500)}"
                    )
                ),
        ];
    }

    private static MatchKey Connection(int host, int port) => FlowHarness.Packet($"10.{host / 250}.0.{host % 250 + 1}:{port}>C:80 60");

    /// <summary>Every flow, whichever way round it was made: key, counters, statistics.</summary>
    private static List<string> Contents(FlowTable table)
    {
        var contents = new List<string>();
        FlowSnapshot flow = default;
        for (var after = 0u; table.Find(2)!.TryGetNext(after, default, ref flow); after = flow.Index)
        {
            var source = Side(ref flow, FlowAttribute.SourcePeerAddress, FlowAttribute.SourceTransAddress, FlowAttribute.SourceTransType);
            var dest = Side(ref flow, FlowAttribute.DestPeerAddress, FlowAttribute.DestTransAddress, FlowAttribute.DestTransType);
            var (to, from) = ($"{flow.ToPdus}/{flow.ToOctets}", $"{flow.FromPdus}/{flow.FromOctets}");
            var sizes = flow.ValueOf(FlowAttribute.ToPacketSize);
            contents.Add(
                (string.CompareOrdinal(source, dest) <= 0 ? $"{source} {dest} {to} {from}" : $"{dest} {source} {from} {to}")
                    + Convert.ToHexString(sizes.Octets)
            );
        }
        return contents;
    }

    private static string Side(ref FlowSnapshot flow, FlowAttribute address, FlowAttribute port, FlowAttribute protocol) =>
        $"{Convert.ToHexString(flow.Octets(address))}:{Convert.ToHexString(flow.Octets(port))}:{flow.Number(protocol)}";

    private static RuleSet Assemble(params string[] lines)
    {
        var assembled = RuleAssembler.Assemble(string.Join('\n', lines), "test");
        return assembled.RuleSet ?? throw new ArgumentException(string.Join('\n', assembled.Diagnostics));
    }
}
