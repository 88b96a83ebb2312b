using Rtfm.Agent.Flows;
using Rtfm.Agent.Packets;
using Rtfm.Agent.Tests.Matching;
using Rtfm.Agent.Tests.Mib;
using Rtfm.Model;

namespace Rtfm.Agent.Tests.Metering;

/// <summary>A meter with several metering threads, while managers change what runs, readers read and idle flows are recovered.</summary>
[TestFixture]
public sealed class MeteringThreadsTests
{
    private const int Threads = 4;
    private const int Packets = 60_000;
    private const string Connections =
        "1 - GotoAct 2; 2 SPA/32=0 PushPktToAct 3; 3 DPA/32=0 PushPktToAct 4; 4 STA/16=0 PushPktToAct 5; 5 DTA/16=0 CountPkt";
    private const string Everything = "1 - GotoAct 2; 2 SPT/8=0 PushPktToAct 3; 3 DPT/8=0 CountPkt";
    private const string Tasks = "1.3.6.1.2.1.40.1.4.1";
    private const string InactivityTimeout = "1.3.6.1.2.1.40.1.6.0";

    [Test]
    public void Rule_sets_that_go_on_running_count_every_packet_once_while_others_are_switched()
    {
        using var one = Meter(threads: 1);
        using var many = Meter(Threads);
        var packets = Traffic(11);
        foreach (var batch in packets.Chunk(100))
            one.Meter.Process(batch);

        var torn = 0;
        Send(
            many,
            packets,
            meanwhile: round =>
            {
                // A task runs another set, none, and the set anew; flows of a set that is destroyed go with it.
                many.Good(MeterHarness.Set($"{Tasks}.2.4", round % 3 == 0 ? 0 : 4));
                many.Meter.Maintain();
                if (round % 5 == 0)
                {
                    many.Good(MeterHarness.Set($"{Tasks}.2.4", 0));
                    many.Good(MeterHarness.Set($"{Tasks}.8.4", 6), MeterHarness.Set("1.3.6.1.2.1.40.1.1.1.5.4", 6));
                    many.Run(4, Everything);
                }
                torn += CountTorn(many.Meter.Flows);
            }
        );

        Assert.That(torn, Is.Zero);
        foreach (var number in (int[])[2, 3])
        {
            Assert.That(Contents(many, number), Is.EquivalentTo(Contents(one, number)), $"rule set {number}");
            var run = many.Meter.Running.Single(each => each.Number == number);
            Assert.That((run.Seen, run.Counted), Is.EqualTo(((ulong)Packets, (ulong)Packets)));
        }
        Assert.That(many.Meter.Flows.ActiveFlows, Is.EqualTo(many.Meter.Flows.Sets.Sum(set => set.Count)));
    }

    [Test]
    public void Flows_that_are_recovered_while_threads_count_leave_the_table_whole()
    {
        using var meter = Meter(Threads);
        meter.Good(MeterHarness.Set(InactivityTimeout, 0));
        var torn = 0;
        Send(
            meter,
            Traffic(12),
            meanwhile: round =>
            {
                meter.Now = (uint)round + 1;
                meter.Meter.Maintain();
                torn += CountTorn(meter.Meter.Flows);
            }
        );
        Assert.That(torn, Is.Zero);
        foreach (var set in meter.Meter.Flows.Sets)
            Assert.That(Contents(meter, set.RuleSet), Has.Count.EqualTo(set.Count).And.Unique);
        Assert.That(meter.Meter.Flows.ActiveFlows, Is.EqualTo(meter.Meter.Flows.Sets.Sum(set => set.Count)));
        meter.Now += 100;
        meter.Meter.Maintain();
        Assert.That(meter.Meter.Flows.ActiveFlows, Is.Zero);
    }

    [Test]
    public void What_a_reader_has_not_collected_yet_is_kept_and_found_by_its_next_collection()
    {
        const string Readers = "1.3.6.1.2.1.40.1.3.1";
        using var meter = Meter(Threads);
        meter.Good(MeterHarness.Set(InactivityTimeout, 0));
        meter.Good(MeterHarness.Set($"{Readers}.6.1", 4), MeterHarness.Set($"{Readers}.7.1", 2), MeterHarness.Set($"{Readers}.2.1", 0));
        // The latest counters of each flow that the reader saw, by index and first time.
        var collected = new Dictionary<(uint, uint), ulong>();
        Send(
            meter,
            Traffic(13),
            meanwhile: round =>
            {
                meter.Now = (uint)round + 1;
                Collect(meter, collected);
                meter.Meter.Maintain();
            }
        );
        meter.Now += 10;
        Collect(meter, collected);
        Assert.That(collected.Values.Aggregate(0ul, (sum, pdus) => sum + pdus), Is.EqualTo((ulong)Packets));

        static void Collect(MeterHarness meter, Dictionary<(uint, uint), ulong> collected)
        {
            meter.Good(
                new Rtfm.Snmp.Messages.VarBind(Rtfm.Snmp.Ber.ObjectIdentifier.Parse($"{Readers}.4.1"), Rtfm.Snmp.Messages.SnmpValue.TimeTicks(5))
            );
            var since = new Uptime(meter.Meter.Current.Readers.Find(1)!.PreviousTime);
            FlowSnapshot flow = default;
            for (var after = 0u; meter.Meter.Flows.Find(2)!.TryGetNext(after, since, ref flow); after = flow.Index)
                collected[(flow.Index, flow.FirstTime.Hundredths)] = flow.ToPdus + flow.FromPdus;
        }
    }

    [Test]
    public void The_flood_mark_holds_for_all_threads()
    {
        using var meter = Meter(Threads, maxFlows: 1_000);
        Send(meter, Traffic(14), _ => { });
        Assert.That(meter.Meter.Current.FloodMode);
        Assert.That(meter.Meter.Flows.ActiveFlows, Is.EqualTo(951), "one above the mark of 95 %");
        foreach (var run in meter.Meter.Running)
            Assert.That(run.Counted + run.Lost, Is.EqualTo((ulong)Packets));
    }

    private static MeterHarness Meter(int threads, int maxFlows = 100_000)
    {
        var meter = new MeterHarness(maxFlows, threads: threads);
        meter.Run(2, Connections);
        meter.Run(3, Everything);
        meter.Run(4, Everything);
        return meter;
    }

    /// <summary>Each thread sends its share, until all is sent; somebody else does something meanwhile, again and again.</summary>
    private static void Send(MeterHarness meter, MatchKey[] packets, Action<int> meanwhile)
    {
        var random = new Random(1);
        var sending = packets
            .GroupBy(_ => random.Next(Threads))
            .Select(share =>
                Task.Factory.StartNew(
                    () =>
                    {
                        foreach (var batch in share.Chunk(50))
                            meter.Meter.Process(batch, share.Key);
                    },
                    TaskCreationOptions.LongRunning
                )
            )
            .ToArray();
        for (var round = 1; !Task.WhenAll(sending).Wait(1); round++)
            meanwhile(round);
    }

    private static MatchKey[] Traffic(int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable
                .Range(0, Packets)
                .Select(_ =>
                    FlowHarness.Packet($"10.0.0.{random.Next(1, 60)}:{random.Next(1, 5)}>10.0.0.{random.Next(1, 60)}:{random.Next(1, 5)} 100")
                ),
        ];
    }

    private static int CountTorn(FlowTable flows)
    {
        var torn = 0;
        foreach (var set in flows.Sets)
        {
            FlowSnapshot flow = default;
            for (var after = 0u; set.TryGetNext(after, default, ref flow); after = flow.Index)
                torn += flow.ToOctets == 100 * flow.ToPdus && flow.FromOctets == 100 * flow.FromPdus ? 0 : 1;
        }
        return torn;
    }

    private static List<string> Contents(MeterHarness meter, int ruleSet)
    {
        var contents = new List<string>();
        FlowSnapshot flow = default;
        for (var after = 0u; meter.Meter.Flows.Find(ruleSet)!.TryGetNext(after, default, ref flow); after = flow.Index)
        {
            var source =
                Convert.ToHexString(flow.Octets(FlowAttribute.SourcePeerAddress))
                + Convert.ToHexString(flow.Octets(FlowAttribute.SourceTransAddress));
            var dest =
                Convert.ToHexString(flow.Octets(FlowAttribute.DestPeerAddress)) + Convert.ToHexString(flow.Octets(FlowAttribute.DestTransAddress));
            contents.Add(
                string.CompareOrdinal(source, dest) <= 0
                    ? $"{source} {dest} {flow.ToPdus} {flow.FromPdus}"
                    : $"{dest} {source} {flow.FromPdus} {flow.ToPdus}"
            );
        }
        return contents;
    }
}
