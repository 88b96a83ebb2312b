using System.Diagnostics;
using Rtfm.MeterReader.Storage;
using Rtfm.MeterReader.Storage.Sqlite;
using Rtfm.Model;

namespace Rtfm.MeterReader.Tests.Storage;

[TestFixture]
public sealed class SqliteFlowStoreTests
{
    private TemporaryStore _temporary = null!;

    private SqliteFlowStore Store => _temporary.Store;

    [SetUp]
    public void Open() => _temporary = new TemporaryStore();

    [TearDown]
    public void Close() => _temporary.Dispose();

    [Test]
    public void The_systems_SQLite_is_used_where_there_is_one()
    {
        if (!File.Exists("/usr/lib/x86_64-linux-gnu/libsqlite3.so.0"))
            Assert.Ignore("no libsqlite3 in this system");
        var version = Version.Parse((string)_temporary.Query("SELECT sqlite_version()")[0][0]!);
        Assert.That(version, Is.GreaterThan(new Version(3, 33)), "the bundled library is 3.31");
        Assert.That(File.ReadAllText("/proc/self/maps"), Does.Contain("libsqlite3.so.0"));
    }

    [Test]
    public void A_record_is_a_row_with_the_attributes_as_people_write_them_and_times_by_the_clock()
    {
        Write(null, 500, TestRecords.Record(7, 1_500, firstTime: 100, lastActive: 250));
        var row = _temporary.Query(
            """
            SELECT flow_index, sourcePeerAddress, destPeerAddress, sourceTransType, destTransAddress, sourceAdjacentAddress, toOctets, toPDUs,
                   datetime(first_ms / 1000, 'unixepoch'), last_active_ms - first_ms FROM flow
            """
        )[0];
        Assert.That(
            row,
            Is.EqualTo(new object[] { 7L, "10.0.0.7", "2001:db8::1", 6L, "443", "02-00-00-00-00-01", 1_500L, 15L, "2026-01-01 00:00:01", 1_500L })
        );
    }

    [Test]
    public void READ_04_usage_is_what_counters_grew_by_and_nothing_is_written_for_flows_that_stood_still()
    {
        Write(null, 500, TestRecords.Record(1, 1_000), TestRecords.Record(2, 1_000));
        Write(500, 900, TestRecords.Record(1, 1_000), TestRecords.Record(2, 1_700, lastActive: 600));
        Assert.That(_temporary.Number("SELECT count(*) FROM usage"), Is.EqualTo(3));
        Assert.That(_temporary.Number("SELECT toOctets FROM usage ORDER BY collection_id DESC LIMIT 1"), Is.EqualTo(700));
        Assert.That(_temporary.Number("SELECT count(*) FROM flow"), Is.EqualTo(2));
    }

    [Test]
    public void A_write_that_fails_in_the_middle_leaves_no_trace()
    {
        Write(null, 500, TestRecords.Record(1, 1_000));
        IEnumerable<FlowRecord> Failing()
        {
            yield return TestRecords.Record(1, 5_000);
            yield return TestRecords.Record(2, 5_000);
            throw new IOException("the end");
        }
        var epoch = TestRecords.Epoch(Store);
        Assert.That(() => Store.Write(TestRecords.Collection(epoch, 500, 900), Failing()), Throws.TypeOf<IOException>());
        Assert.That(_temporary.Number("SELECT sum(toOctets) FROM usage"), Is.EqualTo(1_000));
        Assert.That(Store.Bookmark(epoch, 2), Is.EqualTo(500));
        // And the store goes on.
        Write(500, 900, TestRecords.Record(2, 100));
        Assert.That(_temporary.Number("SELECT sum(toOctets) FROM usage"), Is.EqualTo(1_100));
    }

    [Test]
    public void A_collection_that_did_not_go_on_from_the_bookmark_is_refused()
    {
        Write(null, 500, TestRecords.Record(1, 1_000));
        Assert.That(() => Write(null, 600, TestRecords.Record(1, 1_000)), Throws.TypeOf<StoreException>().With.Message.Contains("somebody else"));
        Assert.That(() => Write(499, 600, TestRecords.Record(1, 1_000)), Throws.TypeOf<StoreException>());
    }

    [Test]
    public void Everything_is_there_again_after_a_restart()
    {
        Write(null, 500, TestRecords.Record(1, 1_000));
        var id = Store.Id;
        _temporary.Reopen();
        Assert.That(Store.Id, Is.EqualTo(id));
        Assert.That(Store.Bookmark(TestRecords.Epoch(Store), 2), Is.EqualTo(500));
    }

    [Test]
    public void READ_05_other_engine_boots_are_a_new_epoch_without_bookmarks()
    {
        Write(null, 500, TestRecords.Record(1, 1_000));
        var next = TestRecords.Epoch(Store, boots: 2);
        Assert.That(Store.Bookmark(next, 2), Is.Null);
        Assert.That(TestRecords.Epoch(Store, boots: 2).Id, Is.EqualTo(next.Id));
    }

    [Test]
    public void READ_05_an_epoch_that_was_ended_is_not_gone_on_with()
    {
        var epoch = TestRecords.Epoch(Store);
        Store.EndEpoch(epoch);
        Assert.That(TestRecords.Epoch(Store).Id, Is.Not.EqualTo(epoch.Id));
    }

    [TestCase(-60, true, 5_000u, true, Description = "the clocks drifted for months, but the meter knows us")]
    [TestCase(1, false, 5_000u, true, Description = "it has forgotten us, and started when it did before")]
    [TestCase(60, false, 5_000u, false, Description = "it has forgotten us, and started at another time")]
    [TestCase(0, true, 50u, false, Description = "its Uptime went back")]
    public void READ_05_without_an_engine_time_tells(int bootMoved, bool wasRegistered, uint uptime, bool isSame)
    {
        MeterEpoch Epoch(uint at, int moved, bool registered) =>
            Store.Epoch("old", new MeterIdentity("", 0, at, TestRecords.Boot.AddSeconds(moved + at / 100.0)), registered);
        var first = Epoch(100, 0, false);
        Assert.That(Epoch(uptime, bootMoved, wasRegistered).Id == first.Id, Is.EqualTo(isSame));
    }

    [Test]
    public void READ_05_a_clock_that_drifts_a_little_each_day_is_no_restart_even_when_the_row_timed_out()
    {
        MeterEpoch Epoch(int day, bool registered) =>
            Store.Epoch("old", new MeterIdentity("", 0, (uint)day * 8_640_000, TestRecords.Boot.AddDays(day).AddSeconds(day)), registered);
        var first = Epoch(0, false);
        for (var day = 1; day < 100; day++)
            Epoch(day, true);
        Assert.That(Epoch(100, false).Id, Is.EqualTo(first.Id));
    }

    [Test]
    public void A_counter_beyond_2_63_is_shown_as_what_it_is()
    {
        var result = Write(null, 500, TestRecords.Record(1, ulong.MaxValue - 4));
        Assert.That(result.AbsurdCounters, Is.EqualTo(1));
        using var queries = new FlowQueries(_temporary.Path);
        var flow = queries.Flows(new FlowFilter(null, null, null, null), []).Single();
        Assert.That(flow.Single(cell => cell.Name == "toOctets").Value, Is.EqualTo(ulong.MaxValue - 4));
        Assert.That(queries.Top(new FlowFilter(null, null, null, null), byOctets: true, 10)[0].ToOctets, Is.EqualTo((ulong)long.MaxValue));
    }

    [Test]
    public void Sums_do_not_overflow_whatever_meters_claim()
    {
        var bookmark = (uint?)null;
        for (var pass = 0u; pass < 6; pass++)
        {
            Write(bookmark, (pass + 1) * 100, TestRecords.Record(1, (ulong)long.MaxValue, firstTime: pass));
            bookmark = (pass + 1) * 100;
        }
        using var queries = new FlowQueries(_temporary.Path);
        Assert.That(queries.Top(new FlowFilter(null, null, null, null), byOctets: true, 10)[0].ToOctets, Is.EqualTo(ulong.MaxValue));
    }

    [Test]
    public void Readers_see_whole_collections_only_while_one_is_written()
    {
        Write(null, 500, TestRecords.Record(1, 1_000));
        using var queries = new FlowQueries(_temporary.Path);
        long Seen() => (long)queries.Top(new FlowFilter(null, null, null, null), byOctets: true, 10).Sum(flow => (decimal)flow.ToOctets);
        IEnumerable<FlowRecord> Records()
        {
            for (var index = 2u; index < 2_000; index++)
            {
                if (index == 1_500)
                    Assert.That(Seen(), Is.EqualTo(1_000));
                yield return TestRecords.Record(index, 1);
            }
        }
        Store.Write(TestRecords.Collection(TestRecords.Epoch(Store), 500, 900), Records());
        using var later = new FlowQueries(_temporary.Path);
        Assert.That(later.Top(new FlowFilter(null, null, null, null), byOctets: true, 5_000).Sum(flow => (decimal)flow.ToOctets), Is.EqualTo(2_998));
    }

    [Test]
    public void A_second_writer_waits_for_its_turn()
    {
        using var second = new SqliteFlowStore(_temporary.Path);
        var epoch = TestRecords.Epoch(Store, "a");
        var other = TestRecords.Epoch(second, "b");
        Parallel.Invoke(() => WriteMany(Store, epoch), () => WriteMany(second, other));
        Assert.That(_temporary.Number("SELECT count(*) FROM collection"), Is.EqualTo(40));

        static void WriteMany(SqliteFlowStore store, MeterEpoch epoch)
        {
            uint? bookmark = null;
            for (var i = 1u; i <= 20; i++)
            {
                store.Write(TestRecords.Collection(epoch, bookmark, i * 10), Enumerable.Range(1, 50).Select(at => TestRecords.Record((uint)at, i)));
                bookmark = i * 10;
            }
        }
    }

    [Test]
    public void A_hundred_thousand_records_are_written_in_a_few_seconds()
    {
        const int Count = 100_000;
        var epoch = TestRecords.Epoch(Store);
        var records = Enumerable.Range(1, Count).Select(index => TestRecords.Record((uint)index, (ulong)index)).ToList();
        var clock = Stopwatch.StartNew();
        Store.Write(TestRecords.Collection(epoch, null, 500), records);
        var first = clock.Elapsed;
        foreach (var record in records)
            record.Values[TestRecords.Attributes.IndexOf(FlowAttribute.ToOctets)] = new FlowValue(1_000_000ul);
        clock.Restart();
        Store.Write(TestRecords.Collection(epoch, 500, 900), records);
        TestContext.Out.WriteLine($"new: {Count / first.TotalSeconds:N0} records/s, known: {Count / clock.Elapsed.TotalSeconds:N0} records/s");
        // Generous: the machine may be busy.
        Assert.That(first + clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)));
        Assert.That(_temporary.Number("SELECT count(*) FROM usage"), Is.EqualTo(2 * Count));
    }

    [Test]
    public void A_failure_is_noted_until_the_meter_is_collected_from_again()
    {
        Write(null, 500, TestRecords.Record(1, 1_000));
        Store.NoteFailure("m", TestRecords.Boot, "no answer");
        using var queries = new FlowQueries(_temporary.Path);
        Assert.That(queries.Meters().Single().Failure, Is.EqualTo("no answer"));
        Write(500, 900, TestRecords.Record(1, 1_000));
        var meter = queries.Meters().Single();
        Assert.That(
            (meter.Failure, meter.LastCollection, meter.RuleSets),
            Is.EqualTo(((string?)null, (DateTimeOffset?)TestRecords.Boot.AddSeconds(9), 1L))
        );
    }

    private WriteResult Write(uint? since, uint bookmark, params FlowRecord[] records) =>
        Store.Write(TestRecords.Collection(TestRecords.Epoch(Store), since, bookmark), records);
}
