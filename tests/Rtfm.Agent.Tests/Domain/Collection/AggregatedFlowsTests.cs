using System.Buffers.Binary;
using Rtfm.Agent.Domain.Collection;
using Rtfm.Model;
using Rtfm.Srl;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Domain.Collection;

/// <summary>Records of a domain, made of records of members in any order.</summary>
[TestFixture]
public sealed class AggregatedFlowsTests
{
    private static readonly CollectedRuleSet FiveTuple = new(
        1,
        "edge",
        [RuleSource.Read(Path.Combine(Repository.Root, "docs", "rulesets", "domain-flows.srl")).RuleSet!]
    );

    private uint _now = 100;

    /// <param name="Way">1: it enters there, 2: it leaves there, 0: not known.</param>
    private sealed record Seen(int Member, uint Boots, uint Index, int Flow, int Way, bool IsTurned, ulong To, ulong From);

    [Test]
    public void Counts_are_right_in_whatever_order_and_however_often_observations_come([Random(0, int.MaxValue, 40)] int seed)
    {
        var random = new Random(seed);
        var final = new List<Seen>();
        for (var i = 0; i < 60; i++)
        {
            var index = (uint)i + 1;
            // What a member's record says of interfaces and its orientation stays the same for its life.
            final.Add(
                new(
                    random.Next(1, 6),
                    (uint)random.Next(1, 3),
                    index,
                    random.Next(8),
                    random.Next(3),
                    random.Next(2) == 1,
                    (ulong)random.Next(1, 1_000_000),
                    (ulong)random.Next(1_000_000)
                )
            );
        }
        var arrivals = new List<Seen>();
        foreach (var seen in final)
        {
            arrivals.Add(seen);
            // Earlier states of the same record, and the last one again: late, early, doubled.
            for (var i = random.Next(4); i > 0; i--)
                arrivals.Add(seen with { To = (ulong)random.NextInt64((long)seen.To + 1), From = (ulong)random.NextInt64((long)seen.From + 1) });
        }
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(arrivals));
        var flows = new AggregatedFlows(() => _now++);
        foreach (var seen in arrivals)
            Add(flows, seen);

        var rows = new AggregatedRows(flows);
        var after = new uint[] { 1, 0, 0 };
        var found = new List<int>();
        while (rows.TryNext(after, out var index))
        {
            after[2] = index.Flow;
            var flow = rows.Octets(FlowAttribute.SourcePeerAddress)[3];
            found.Add(flow);
            var (to, from) = Expected(final.FindAll(each => each.Flow == flow));
            Assert.That((rows.Number(FlowAttribute.ToOctets), rows.Number(FlowAttribute.FromOctets)), Is.EqualTo((to, from)), $"flow {flow}");
            var left = final.FindAll(each => each.Flow == flow && each.Way == 2);
            Assert.That(rows.Number(FlowAttribute.ExitToOctets), Is.EqualTo(left.Aggregate(0ul, (sum, each) => sum + each.To)));
        }
        Assert.That(found, Is.EquivalentTo(final.Select(each => each.Flow).Distinct()));
        Assert.That(flows.Observations, Is.EqualTo(final.Count));
    }

    [Test]
    public void A_record_keeps_its_flow_index_and_first_time_while_others_come_and_go()
    {
        var flows = new AggregatedFlows(() => _now);
        for (var flow = 0; flow < 3; flow++)
            Add(flows, new(1, 1, (uint)flow + 1, flow, 1, false, 10, 0));
        flows.ForEach(set =>
        {
            var idle = new List<IdleFlow>();
            set.FindIdle(1, 1, uint.MaxValue, uint.MaxValue, 10, idle);
            set.MarkGone(idle.Single(each => each.FlowIndex == 2).Observation);
            set.Sweep(uint.MaxValue);
        });
        var rows = new AggregatedRows(flows);
        Assert.That(rows.TryGet([1, 0, 2]), Is.False);
        Assert.That(rows.TryGet([1, 0, 3]));
        var first = rows.Number(FlowAttribute.FirstTime);
        Add(flows, new(1, 1, 9, 7, 1, false, 10, 0));
        Assert.That(rows.TryGet([1, 0, 2]), "its place is used again");
        Assert.That(rows.Number(FlowAttribute.FirstTime), Is.GreaterThan(first), "by another flow: no two have the same index and first time");
    }

    [Test]
    public void What_no_reader_has_yet_stays_though_the_member_let_it_go()
    {
        var flows = new AggregatedFlows(() => _now);
        Add(flows, new(1, 1, 1, 1, 1, false, 10, 0));
        flows.ForEach(set =>
        {
            set.MarkGone((_, _) => false);
            set.Sweep(_now);
        });
        Assert.That(flows.Records, Is.EqualTo(1));
        flows.ForEach(set => set.Sweep(_now + 1));
        Assert.That((flows.Records, flows.Observations), Is.EqualTo((0, 0)));
    }

    [Test]
    public void What_members_have_no_more_of_a_living_record_becomes_one_sum_that_no_reader_takes_for_a_record()
    {
        var flows = new AggregatedFlows(() => _now);
        for (var index = 1u; index <= 50; index++)
            Add(flows, new(1, 1, index, 1, 1, false, 10, 1));
        flows.ForEach(set =>
        {
            set.MarkGone((_, _) => false);
            // The flow goes on in a new record of the same member.
            set.Sweep(confirmed: 0);
        });
        Add(flows, new(1, 2, 1, 1, 1, false, 10, 1));
        flows.ForEach(set => set.Sweep(_now + 1));
        var rows = new AggregatedRows(flows);
        Assert.That(rows.TryGet([1, 0, 1]));
        Assert.That(rows.Number(FlowAttribute.ToOctets), Is.EqualTo(510));
        Assert.That(flows.Observations, Is.EqualTo(2));
        Assert.That(FlowObservation.TryReadAll(rows.Octets(FlowAttribute.Observations), out var seen));
        Assert.That(seen, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_hundred_thousand_observations_take_little_more_than_they_are()
    {
        const int Members = 50;
        const int Each = 2_000;
        Add(new AggregatedFlows(() => _now), new(1, 1, 1, 1, 1, false, 1, 1)); // all code is compiled
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var flows = new AggregatedFlows(() => _now);
        for (var member = 1; member <= Members; member++)
            Add(flows, member, Each);
        var taken = GC.GetTotalMemory(forceFullCollection: true) - before;
        TestContext.Out.WriteLine(
            $"{(double)taken / (Members * Each):F0} octets for each of {flows.Observations} observations in {flows.Records} records"
        );
        Assert.That(flows.Observations, Is.EqualTo(Members * Each));
        Assert.That(flows.Records, Is.EqualTo(Members * Each / 2));
        Assert.That(taken / (Members * Each), Is.LessThan(140));
        GC.KeepAlive(flows);
    }

    private static (ulong To, ulong From) Expected(List<Seen> seen)
    {
        foreach (var way in (int[])[1, 2])
        {
            var some = seen.FindAll(each => each.Way == way);
            if (some.Count > 0)
                return Sum(some);
        }
        return seen.GroupBy(each => each.Member)
            .OrderBy(group => group.Key)
            .Select(Sum)
            .Aggregate((most, each) => each.To + each.From > most.To + most.From ? each : most);

        static (ulong To, ulong From) Sum(IEnumerable<Seen> some) =>
            some.Aggregate((To: 0ul, From: 0ul), (sum, each) => (sum.To + each.To, sum.From + each.From));
    }

    private static void Add(AggregatedFlows flows, Seen seen) =>
        flows.AddFlows(FiveTuple, seen.Member, seen.Boots, ahead: 0, [RecordOf(seen, (uint)seen.Flow)]);

    /// <summary>Each flow is seen at two members, where it enters and where it leaves.</summary>
    private static void Add(AggregatedFlows flows, int member, int count) =>
        flows.AddFlows(
            FiveTuple,
            member,
            1,
            ahead: 0,
            Enumerable
                .Range(0, count)
                .Select(i => RecordOf(new(member, 1, (uint)i + 1, i, 1 + member % 2, false, 100, 100), (uint)((member - 1) / 2 * count + i)))
        );

    /// <summary>As the member's table has it: for a flow that it saw from the other end first, turned.</summary>
    private static FlowRecord RecordOf(Seen seen, uint flow)
    {
        var (source, dest) = (Address(10, flow), Address(20, flow));
        var values = FiveTuple
            .FromMeter.Select(attribute =>
                attribute switch
                {
                    FlowAttribute.SourcePeerAddress => new FlowValue(seen.IsTurned ? dest : source),
                    FlowAttribute.DestPeerAddress => new FlowValue(seen.IsTurned ? source : dest),
                    FlowAttribute.SourceTransAddress or FlowAttribute.DestTransAddress => new FlowValue([0, 80]),
                    FlowAttribute.SourcePeerMask or FlowAttribute.DestPeerMask => new FlowValue([255, 255, 255, 255]),
                    FlowAttribute.SourceTransMask or FlowAttribute.DestTransMask => new FlowValue([255, 255]),
                    FlowAttribute.SourcePeerType or FlowAttribute.DestPeerType => new FlowValue(1),
                    FlowAttribute.SourceTransType or FlowAttribute.DestTransType => new FlowValue(17),
                    FlowAttribute.SourceInterface => new FlowValue(seen.Way == (seen.IsTurned ? 2 : 1) ? 3u : 0u),
                    FlowAttribute.DestInterface => new FlowValue(seen.Way == (seen.IsTurned ? 1 : 2) ? 3u : 0u),
                    FlowAttribute.ToOctets => new FlowValue(seen.IsTurned ? seen.From : seen.To),
                    FlowAttribute.FromOctets => new FlowValue(seen.IsTurned ? seen.To : seen.From),
                    _ => new FlowValue(0ul),
                }
            )
            .ToArray();
        return new FlowRecord(1, seen.Index, FiveTuple.FromMeter, values);

        static byte[] Address(byte first, uint flow)
        {
            var octets = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(octets, flow);
            octets[0] = first;
            return octets;
        }
    }
}
