using Rtfm.MeterReader.Storage;
using Rtfm.Model;

namespace Rtfm.MeterReader.Tests.Storage;

[TestFixture]
public sealed class RetentionTests
{
    private TemporaryStore _temporary = null!;

    [SetUp]
    public void Open() => _temporary = new TemporaryStore();

    [TearDown]
    public void Close() => _temporary.Dispose();

    [Test]
    public void What_is_too_old_goes_and_what_is_not_stays()
    {
        Collect(hours: 10, flows: 50);
        RetainAll(notBefore: At(5), maxOctets: null);
        Assert.That(_temporary.Number("SELECT count(*) FROM collection"), Is.EqualTo(6));
        Assert.That(_temporary.Number("SELECT count(*) FROM usage"), Is.EqualTo(6 * 50));
        Assert.That(_temporary.Number("SELECT min(at_ms) FROM collection"), Is.EqualTo(At(5).ToUnixTimeMilliseconds()));
    }

    [Test]
    public void A_flow_that_the_meter_may_still_hold_keeps_its_counters_however_old_it_is()
    {
        var epoch = TestRecords.Epoch(_temporary.Store);
        _temporary.Store.Write(TestRecords.Collection(epoch, null, Uptime(1)), [TestRecords.Record(1, 1_000)]);
        _temporary.Store.Write(TestRecords.Collection(epoch, Uptime(1), Uptime(100)), []);
        RetainAll(notBefore: At(90), maxOctets: null);
        Assert.That(_temporary.Number("SELECT count(*) FROM usage"), Is.Zero);
        _temporary.Store.Write(TestRecords.Collection(epoch, Uptime(100), Uptime(101)), [TestRecords.Record(1, 1_005, lastActive: Uptime(101))]);
        Assert.That(_temporary.Number("SELECT sum(toOctets) FROM usage"), Is.EqualTo(5));
    }

    [Test]
    public void MIB_86_a_flow_whose_index_has_been_given_to_another_goes()
    {
        var epoch = TestRecords.Epoch(_temporary.Store);
        _temporary.Store.Write(TestRecords.Collection(epoch, null, Uptime(1)), [TestRecords.Record(1, 1_000), TestRecords.Record(2, 1_000)]);
        _temporary.Store.Write(
            TestRecords.Collection(epoch, Uptime(1), Uptime(100)),
            [TestRecords.Record(1, 30, firstTime: Uptime(95), lastActive: Uptime(99))]
        );
        RetainAll(notBefore: At(90), maxOctets: null);
        Assert.That(
            _temporary.Query("SELECT flow_index, toOctets FROM flow ORDER BY flow_index"),
            Is.EqualTo(new object[][] { [1L, 30L], [2L, 1_000L] })
        );
    }

    [Test]
    public void What_a_flow_has_of_extended_attributes_goes_with_it()
    {
        var epoch = TestRecords.Epoch(_temporary.Store);
        FlowAttribute[] more = [FlowAttribute.VlanId, FlowAttribute.FlowLabel];
        FlowCollection Extended(FlowCollection collection) => collection with { Attributes = [.. collection.Attributes, .. more] };
        FlowRecord With(FlowRecord record, ulong vlan, ulong label) =>
            record with
            {
                Attributes = [.. record.Attributes, .. more],
                Values = [.. record.Values, new(vlan), new(label)],
            };
        _temporary.Store.Write(Extended(TestRecords.Collection(epoch, null, Uptime(1))), [With(TestRecords.Record(1, 1_000), 300, 77)]);
        Assert.That(_temporary.Query("SELECT vlanId, flowLabel FROM flow"), Is.EqualTo(new object[][] { [300L, 77L] }));
        _temporary.Store.Write(
            Extended(TestRecords.Collection(epoch, Uptime(1), Uptime(100))),
            [With(TestRecords.Record(1, 30, firstTime: Uptime(95), lastActive: Uptime(99)), 4_094, 78)]
        );
        RetainAll(notBefore: At(90), maxOctets: null);
        Assert.That(_temporary.Query("SELECT vlanId, flowLabel FROM flow"), Is.EqualTo(new object[][] { [4_094L, 78L] }));
        Assert.That(_temporary.Number("SELECT count(*) FROM extension"), Is.EqualTo(1));
    }

    [Test]
    public void READ_05_flows_of_a_life_that_is_over_go()
    {
        var epoch = TestRecords.Epoch(_temporary.Store);
        _temporary.Store.Write(TestRecords.Collection(epoch, null, Uptime(1)), [TestRecords.Record(1, 1_000)]);
        var next = TestRecords.Epoch(_temporary.Store, boots: 2);
        _temporary.Store.Write(
            TestRecords.Collection(next, null, Uptime(100)),
            [TestRecords.Record(1, 7, firstTime: Uptime(99), lastActive: Uptime(99))]
        );
        RetainAll(notBefore: At(90), maxOctets: null);
        Assert.That(_temporary.Number("SELECT sum(toOctets) FROM flow"), Is.EqualTo(7));
    }

    [Test]
    public void The_oldest_goes_where_there_is_too_much_and_the_file_shrinks()
    {
        Collect(hours: 60, flows: 500);
        var before = new FileInfo(_temporary.Path).Length;
        const int Limit = 250_000;
        RetainAll(notBefore: null, maxOctets: Limit);
        Assert.That(_temporary.Number("PRAGMA page_count") * _temporary.Number("PRAGMA page_size"), Is.LessThan(Limit + 200_000));
        Assert.That(_temporary.Number("SELECT count(*) FROM collection"), Is.GreaterThan(2).And.LessThan(59));
        Assert.That(_temporary.Number("SELECT max(at_ms) FROM collection"), Is.EqualTo(At(60).ToUnixTimeMilliseconds()));
        _temporary.Reopen();
        Assert.That(new FileInfo(_temporary.Path).Length, Is.LessThan(before));
    }

    [Test]
    public void A_limit_that_cannot_be_kept_does_not_take_the_latest_collections()
    {
        Collect(hours: 5, flows: 500);
        RetainAll(notBefore: null, maxOctets: 1_000);
        Assert.That(_temporary.Number("SELECT count(*) FROM collection"), Is.EqualTo(2));
    }

    [Test]
    public void A_step_takes_a_bounded_piece()
    {
        var epoch = TestRecords.Epoch(_temporary.Store);
        _temporary.Store.Write(
            TestRecords.Collection(epoch, null, Uptime(1)),
            Enumerable.Range(1, 50_000).Select(index => TestRecords.Record((uint)index, 100))
        );
        Assert.That(_temporary.Store.Retain(At(90), null), Is.True);
        Assert.That(_temporary.Number("SELECT count(*) FROM usage"), Is.EqualTo(30_000));
        Assert.That(RetainAll(At(90), null), Is.GreaterThan(1));
        Assert.That(_temporary.Store.Retain(At(90), null), Is.False);
    }

    private static uint Uptime(int hours) => (uint)hours * 360_000;

    private static DateTimeOffset At(int hours) => TestRecords.Boot.AddHours(hours);

    private void Collect(int hours, int flows)
    {
        var epoch = TestRecords.Epoch(_temporary.Store);
        uint? bookmark = null;
        for (var hour = 1; hour <= hours; hour++)
        {
            var octets = (ulong)hour * 100;
            var active = Uptime(hour);
            _temporary.Store.Write(
                TestRecords.Collection(epoch, bookmark, Uptime(hour)),
                Enumerable.Range(1, flows).Select(index => TestRecords.Record((uint)index, octets, lastActive: active))
            );
            bookmark = Uptime(hour);
        }
    }

    private int RetainAll(DateTimeOffset? notBefore, long? maxOctets)
    {
        for (var steps = 0; steps < 1_000; steps++)
        {
            if (!_temporary.Store.Retain(notBefore, maxOctets))
                return steps;
        }
        throw new InvalidOperationException("retention has no end");
    }
}
