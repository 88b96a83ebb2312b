using System.Runtime.CompilerServices;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Tests.Matching;
using Rtfm.Model;

namespace Rtfm.Agent.Tests.Flows;

[TestFixture]
public sealed class FlowTableTests
{
    private const string Sources = "1 - GotoAct 2; 2 SPA/32=0 PushPktToAct 3; 3 STA/16=0 CountPkt";

    [Test]
    public void A_flow_record_with_the_key_of_an_IPv4_five_tuple_is_one_cache_line() => Assert.That(Unsafe.SizeOf<FlowEntry>() + 16, Is.EqualTo(64));

    [Test]
    public void The_table_agrees_with_a_dictionary_under_random_traffic_and_recovery()
    {
        var random = new Random(7);
        using var meter = new FlowHarness(Sources, maxFlows: 100_000);
        var model = new Dictionary<string, (ulong Packets, uint LastActive)>();
        for (var now = 1u; now < 3_000; now++)
        {
            meter.Now = new Uptime(now);
            for (var i = random.Next(20); i > 0; i--)
            {
                // Other flows come up as time goes on, so that whole blocks fall idle.
                var port = now / 10 + (uint)random.Next(400);
                meter.Send($"A:{port}>B 1");
                model[$"{port}"] = (model.GetValueOrDefault($"{port}").Packets + 1, now);
            }
            if (now % 50 != 0)
                continue;
            meter.Flows.Recover(meter.Now, 300, null, int.MaxValue);
            foreach (var idle in model.Where(each => now - each.Value.LastActive >= 300).Select(each => each.Key).ToList())
                model.Remove(idle);
            Assert.That(Contents(meter.Flows, default), Is.EquivalentTo(model.Select(each => (each.Key, each.Value.Packets))));
            Assert.That(meter.Table.ActiveFlows, Is.EqualTo(model.Count));
            var since = now - 100;
            var recent = model.Where(each => each.Value.LastActive >= since).Select(each => (each.Key, each.Value.Packets));
            Assert.That(Contents(meter.Flows, new Uptime(since)), Is.EquivalentTo(recent));
        }
    }

    [Test]
    public void A_full_table_refuses_new_flows_and_counts_them_as_lost()
    {
        using var meter = new FlowHarness(Sources, maxFlows: 3);
        meter.Send("A:1>B 1", "A:2>B 1", "A:3>B 1", "A:4>B 1", "A:1>B 1");
        Assert.That((meter.Flows.Count, meter.Run.Counted, meter.Run.Lost), Is.EqualTo((3, 4ul, 1ul)));
    }

    [Test]
    public void A_table_without_memory_for_more_refuses_new_flows_and_goes_on()
    {
        using var table = new FlowTable(1_000, shards: 1, statisticsMiB: 0, maxBlocks: 1);
        var (set, rules) = (table.GetOrAdd(2), RuleNotation.Parse(Sources));
        var run = new Rtfm.Agent.Metering.RunningRuleSet(2, rules, new(rules, set.Shapes), set);
        var processor = new Rtfm.Agent.Metering.PacketProcessor();
        processor.Run([run]);
        for (var round = 0u; round < 2; round++)
        {
            for (var port = 1; port <= 300; port++)
                processor.Process([FlowHarness.Packet($"A:{port}>B 1")], new Uptime(round));
        }
        Assert.That((set.Count, table.ActiveFlows, run.Counted, run.Lost), Is.EqualTo((256, 256, 512ul, 88ul)));
        set.Recover(new Uptime(100), 10, null, int.MaxValue);
        processor.Process([FlowHarness.Packet("A:300>B 1")], new Uptime(100));
        Assert.That((set.Count, table.ActiveFlows, run.Lost), Is.EqualTo((1, 1, 88ul)));
    }

    [Test]
    public unsafe void FLOW_06_counters_roll_over_at_64_bits_and_are_not_scaled()
    {
        using var meter = new FlowHarness(Sources);
        meter.Send("A:1>B 100");
        FlowSnapshot flow = default;
        Assert.That(meter.Flows.TryGetNext(0, default, ref flow));
        ref var entry = ref *(FlowEntry*)meter.Table.RowAt(flow.Index);
        (entry.To.Octets, entry.To.Pdus) = (ulong.MaxValue - 9, ulong.MaxValue);
        meter.Send("A:1>B 100");
        Assert.That(meter.Flows.TryGetNext(0, default, ref flow));
        Assert.That((flow.ToOctets, flow.ToPdus), Is.EqualTo((90ul, 0ul)));
        // MIB-84: the true count is the counter shifted by the scale.
        Assert.That((flow.Number(FlowAttribute.OctetScale), flow.Number(FlowAttribute.PduScale)), Is.EqualTo((0ul, 0ul)));
    }

    [Test]
    public void A_flow_s_last_time_does_not_step_back_and_what_is_newer_than_now_is_not_idle()
    {
        using var meter = new FlowHarness(Sources);
        meter.Now = new Uptime(200);
        meter.Send("A:1>B 1");
        meter.Now = new Uptime(150);
        meter.Send("A:1>B 1");
        FlowSnapshot flow = default;
        Assert.That(meter.Flows.TryGetNext(0, new Uptime(200), ref flow));
        Assert.That(flow.ToPdus, Is.EqualTo(2));
        Assert.That(meter.Flows.Recover(new Uptime(199), 0, null, int.MaxValue), Is.Zero);
        Assert.That(meter.Flows.Recover(new Uptime(200), 0, null, int.MaxValue), Is.EqualTo(1));
    }

    [Test]
    public void Metering_allocates_nothing_per_packet()
    {
        using var meter = new FlowHarness(Sources);
        var packet = FlowHarness.Packet("A:1>B:2 60");
        meter.Process(packet, 100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        meter.Process(packet, 10_000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1_000));
    }

    [Test]
    public void A_reader_sees_whole_rows_while_the_writer_counts_recovers_and_creates()
    {
        using var meter = new FlowHarness(Sources);
        using var stop = new CancellationTokenSource();
        var torn = 0;
        var read = 0L;
        var reader = Task.Run(() =>
        {
            FlowSnapshot flow = default;
            while (!stop.IsCancellationRequested)
            {
                for (var after = 0u; meter.Flows.TryGetNext(after, default, ref flow); after = flow.Index)
                {
                    read++;
                    // Every packet has as many octets as its source port; the row holds both.
                    var port = flow.Octets(FlowAttribute.SourceTransAddress);
                    if (flow.ToOctets != flow.ToPdus * (ulong)(port[0] << 8 | port[1]))
                        torn++;
                }
            }
        });
        for (var round = 0u; round < 400; round++)
        {
            meter.Now = new Uptime(round * 10);
            for (var port = 1; port <= 200; port++)
                meter.Process(FlowHarness.Packet($"A:{port + round % 7 * 100}>B {port + round % 7 * 100}"), 1);
            meter.Flows.Recover(meter.Now, 30, null, int.MaxValue);
        }
        stop.Cancel();
        reader.Wait();
        Assert.That(torn, Is.Zero);
        Assert.That(read, Is.Positive);
    }

    private static List<(string Port, ulong Packets)> Contents(FlowSet flows, Uptime since)
    {
        var contents = new List<(string, ulong)>();
        FlowSnapshot flow = default;
        var last = 0u;
        for (var after = 0u; flows.TryGetNext(after, since, ref flow); after = flow.Index)
        {
            Assert.That(flow.Index, Is.GreaterThan(last));
            last = flow.Index;
            contents.Add(
                (
                    FlowText.Format(FlowAttribute.SourceTransAddress, new FlowValue(flow.Octets(FlowAttribute.SourceTransAddress).ToArray())),
                    flow.ToPdus
                )
            );
        }
        return contents;
    }
}
