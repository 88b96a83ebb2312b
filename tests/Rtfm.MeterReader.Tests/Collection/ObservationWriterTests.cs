using System.Collections.Immutable;
using Rtfm.MeterReader.Collection.Domain;
using Rtfm.MeterReader.Storage;
using Rtfm.MeterReader.Storage.Sqlite;
using Rtfm.Model;
using Rtfm.Model.Delay;
using Rtfm.Testing;

namespace Rtfm.MeterReader.Tests.Collection;

/// <summary>A domain's records in the store: what each member saw, once, whoever the master was.</summary>
[TestFixture]
public sealed class ObservationWriterTests
{
    private const string Domain = "backbone";

    private static readonly ImmutableArray<FlowAttribute> Attributes =
    [
        FlowAttribute.SourcePeerType,
        FlowAttribute.SourcePeerAddress,
        FlowAttribute.DestPeerAddress,
        FlowAttribute.FirstTime,
        FlowAttribute.LastActiveTime,
        FlowAttribute.Observations,
    ];

    private readonly FakeClock _clock = new();
    private readonly Dictionary<int, MemberReading> _members = [];
    private TemporaryStore _temporary = null!;
    private uint _uptime;

    [SetUp]
    public void Begin()
    {
        _temporary = new TemporaryStore();
        _members.Clear();
        _uptime = 0;
    }

    [TearDown]
    public void End() => _temporary.Dispose();

    [Test]
    public void What_came_in_counts_once_and_what_went_out_stands_beside_it()
    {
        Collect("master-1", Record(1, Entry(1, 100), Exit(2, 97)));

        var flow = Top().Single();
        Assert.That((flow.ToPdus, flow.ToOctets, flow.FromPdus), Is.EqualTo((100ul, 10_000ul, 48ul)));
        Assert.That(_temporary.Number("SELECT left_toPDUs FROM domain_flow"), Is.EqualTo(97));
        Assert.That(_temporary.Query("SELECT entered_at || '>' || left_at FROM domain_flow")[0][0], Is.EqualTo("edge-1>edge-2"));
    }

    [Test]
    public void Another_master_with_a_table_of_its_own_doubles_nothing_and_loses_nothing()
    {
        Collect("master-1", Record(1, Entry(1, 100), Exit(2, 97)), Record(2, Entry(2, 10)));
        // It knows the flows from their beginning, under other indexes; one has gone on, one is gone, one is new.
        Collect("master-2", Record(9, Entry(1, 150), Exit(2, 149)), Record(4, Entry(3, 5)));
        Collect("master-1", Record(1, Entry(1, 160), Exit(2, 160)));

        Assert.That(Top().Sum(each => (long)each.ToPdus), Is.EqualTo(160 + 10 + 5));
        Assert.That(
            _temporary.Number("SELECT sum(usage.toPDUs) FROM usage JOIN flow ON flow.id = flow_id WHERE sourceInterface = 0"),
            Is.EqualTo(160)
        );
    }

    [Test]
    public void A_restart_of_a_member_begins_another_life_of_it_and_what_comes_late_of_the_old_one_goes_there()
    {
        Collect("master-1", Record(1, Entry(1, 100)));
        _boots = 2;
        Collect("master-1", Record(1, Entry(1, 110, boots: 1), Entry(1, 7, boots: 2)));
        Collect("master-1", Record(1, Entry(1, 115, boots: 1), Entry(1, 9, boots: 2)));

        Assert.That(Top().Single().ToPdus, Is.EqualTo(115 + 9));
        Assert.That(_temporary.Number("SELECT count(*) FROM epoch JOIN metering_point USING (meter_id)"), Is.EqualTo(2));
    }

    [Test]
    public void A_member_that_comes_back_under_another_number_is_the_same_meter()
    {
        Collect("master-1", Record(1, Entry(1, 100)));
        Name(7, engine: 1);
        Collect("master-1", Record(1, Entry(7, 130)));

        Assert.That(Top().Single().ToPdus, Is.EqualTo(130));
    }

    [Test]
    public void Octets_that_are_no_observations_and_members_that_nobody_knows_are_passed_over_and_counted()
    {
        var bad = Record(1);
        bad.Values[^1] = new(new byte[] { 9, 9, 9 });
        var writer = Collect("master-1", bad, Record(2, Entry(1, 5)), Record(3, Entry(99, 5)));

        Assert.That(writer.BadObservations, Is.EqualTo(2));
        Assert.That(Top().Single().ToPdus, Is.EqualTo(5));
    }

    [Test]
    public void A_crash_between_two_members_is_repaired_by_reading_again([Values("BeforeWrite", "MidWrite", "AfterWrite")] string moment)
    {
        var crashing = new CrashingStore(_temporary.Store);
        Collect("master-1", Record(1, Entry(1, 10), Exit(2, 10)));
        crashing.CrashAt = Enum.Parse<CrashingStore.Moment>(moment);
        Assert.That(
            () => Collect(crashing, "master-1", Record(1, Entry(1, 30), Exit(2, 29)), Record(2, Entry(2, 4))),
            Throws.TypeOf<SimulatedCrash>()
        );
        Collect("master-1", Record(1, Entry(1, 35), Exit(2, 35)), Record(2, Entry(2, 4)));

        Assert.That(Top().Sum(each => (long)each.ToPdus), Is.EqualTo(35 + 4));
    }

    [Test]
    public void A_member_that_came_meanwhile_keeps_what_was_read_from_being_stored()
    {
        var collect = () => Collect(_temporary.Store, "master-1", knowsAll: true, Record(1, Entry(1, 10)), Record(3, Entry(99, 5)));
        Assert.That(() => collect(), Throws.TypeOf<NewMemberException>());
        Assert.That(_temporary.Number("SELECT count(*) FROM collection"), Is.Zero);

        Name(99, engine: 9);
        collect();

        Assert.That(Top().Sum(each => (long)each.ToPdus), Is.EqualTo(15));
    }

    [Test]
    public void Delay_and_loss_are_stored_for_each_collection_in_which_any_became_known()
    {
        Collect("master-1", Sampled(paired: 10, lost: 1, mean: 5_000), Record(2, Entry(2, 1)));
        Collect("master-1", Sampled(paired: 10, lost: 1, mean: 5_000));
        Collect("master-1", Sampled(paired: 16, lost: 3, mean: -7));

        var rows = _temporary.Query("SELECT paired, lost, mean_ns, entered_at, fromAddress, toAddress, direction FROM flow_delay ORDER BY at_ms");
        Assert.That(
            rows,
            Is.EqualTo(
                new object[][] { [10L, 1L, 5_000L, "edge-1", "10.0.0.1", "10.9.0.1", "to"], [6L, 2L, -7L, "edge-1", "10.0.0.1", "10.9.0.1", "to"] }
            )
        );
    }

    [Test]
    public void Counts_of_another_master_begin_anew()
    {
        Collect("master-1", Sampled(paired: 10, lost: 1, mean: 5_000));
        Collect("master-2", Sampled(paired: 4, lost: 0, mean: 5_000));

        Assert.That(_temporary.Number("SELECT sum(paired) FROM flow_delay"), Is.EqualTo(14));
    }

    [Test]
    public void Delays_go_with_the_collection_they_are_of()
    {
        Collect("master-1", Sampled(paired: 10, lost: 1, mean: 5_000));
        Collect("master-1", Record(2, Entry(2, 1)));
        while (_temporary.Store.Retain(_clock.GetUtcNow() + TimeSpan.FromHours(1), null)) { }

        Assert.That(_temporary.Number("SELECT count(*) FROM delay"), Is.Zero);
    }

    /// <summary>A record of a rule set that takes samples: what became of those that went from source to dest.</summary>
    private static FlowRecord Sampled(ulong paired, ulong lost, long mean)
    {
        var plain = Record(1, Entry(1, 100), Exit(2, 100));
        var attributes = Attributes.AddRange(DelayStatistics.All);
        FlowValue[] values =
        [
            .. plain.Values,
            .. DelayStatistics.All.Select(each =>
                each switch
                {
                    FlowAttribute.ToDelayPaired => new FlowValue(paired),
                    FlowAttribute.ToDelayLost => new FlowValue(lost),
                    FlowAttribute.ToDelayMean => new FlowValue((ulong)mean),
                    _ => default,
                }
            ),
        ];
        return new(1, 1, attributes, values);
    }

    private int _boots = 1;

    private ObservationWriter Collect(string master, params FlowRecord[] records) => Collect(_temporary.Store, master, records);

    private ObservationWriter Collect(IFlowStore store, string master, params FlowRecord[] records) =>
        Collect(store, master, knowsAll: false, records);

    private ObservationWriter Collect(IFlowStore store, string master, bool knowsAll, params FlowRecord[] records)
    {
        _uptime += 1_000;
        _clock.Advance(TimeSpan.FromSeconds(10));
        for (var number = 1; number <= 3; number++)
            Name(number, number);
        var epoch = store.Epoch(Domain, new(Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(master)), 1, _uptime, _clock.GetUtcNow()), true);
        var writer = new ObservationWriter(Domain, _members, store, _clock, knowsAll);
        var since = store.Bookmark(epoch, 1);
        var attributes = records.Select(each => each.Attributes).MaxBy(each => each.Length);
        records =
        [
            .. records.Select(each => new FlowRecord(
                1,
                each.Index,
                attributes,
                [.. each.Values, .. new FlowValue[attributes.Length - each.Values.Length]]
            )),
        ];
        writer.Write(new FlowCollection(epoch, 1, "five-tuple", _clock.GetUtcNow(), since, _uptime, epoch.BootTime, attributes), records);
        return writer;
    }

    private void Name(int number, int engine)
    {
        var id = $"80001F8805{engine:X8}";
        _members[number] = new(number, id, number == 1 ? _boots : 1, _uptime, _clock.GetUtcNow());
        _temporary.Store.NoteMember(ObservationWriter.MeterName(Domain, id), new(Domain, number, $"edge-{engine}", $"10.0.0.{engine}:161"));
    }

    private List<TopFlow> Top()
    {
        using var queries = new FlowQueries(_temporary.Path);
        return [.. queries.Top(new FlowFilter(null, null, null, null, Domain), byOctets: false, 100)];
    }

    private static FlowRecord Record(byte flow, params FlowObservation[] observations)
    {
        var octets = new byte[1 + observations.Length * FlowObservation.LongestOctets];
        var length = FlowObservation.Begin(octets);
        foreach (var each in observations)
            length += (
                each with
                {
                    FlowIndex =
                        flow is 9 ? 1u
                        : flow is 4 ? 3u
                        : flow,
                }
            ).Write(octets.AsSpan(length));
        byte end = flow is 9 ? (byte)1 : flow;
        return new(1, flow, Attributes, [new(1), new([10, 0, 0, end]), new([10, 9, 0, end]), new(100), new(500), new(octets, 0, length)]);
    }

    private static FlowObservation Entry(ushort member, ulong packets, uint boots = 1) =>
        new()
        {
            Member = member,
            Boots = boots,
            FirstTime = 100,
            LastActive = 500,
            SourceInterface = 2,
            ToPdus = packets,
            ToOctets = 100 * packets,
            FromPdus = packets / 2,
        };

    private static FlowObservation Exit(ushort member, ulong packets) => Entry(member, packets) with { SourceInterface = 0, DestInterface = 3 };
}
