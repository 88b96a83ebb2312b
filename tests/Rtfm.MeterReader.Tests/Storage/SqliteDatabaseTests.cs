using Microsoft.Data.Sqlite;
using Rtfm.MeterReader.Storage;
using Rtfm.MeterReader.Storage.Sqlite;

namespace Rtfm.MeterReader.Tests.Storage;

/// <summary>Files that are not what the program would like them to be.</summary>
[TestFixture]
public sealed class SqliteDatabaseTests
{
    private DirectoryInfo _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("rtfm-meterreader-");

    [TearDown]
    public void RemoveFolder() => _folder.Delete(recursive: true);

    private string Path => System.IO.Path.Combine(_folder.FullName, "flows.db");

    [Test]
    public void A_file_that_is_no_database_is_named()
    {
        File.WriteAllText(Path, string.Concat(Enumerable.Repeat("this is no database ", 100)));
        Assert.That(() => new SqliteFlowStore(Path), Throws.TypeOf<StoreException>().With.Message.Contains(Path));
        Assert.That(() => new FlowQueries(Path), Throws.TypeOf<StoreException>().With.Message.Contains(Path));
    }

    [Test]
    public void A_file_that_is_not_there_is_not_made_by_a_question()
    {
        Assert.That(() => new FlowQueries(Path), Throws.TypeOf<StoreException>().With.Message.Contains("no such database"));
        Assert.That(File.Exists(Path), Is.False);
    }

    [Test]
    public void A_database_of_another_program_is_left_alone()
    {
        using (var connection = new SqliteConnection($"Data Source={Path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE songs (title TEXT)";
            command.ExecuteNonQuery();
        }
        var before = File.ReadAllBytes(Path);
        Assert.That(() => new SqliteFlowStore(Path), Throws.TypeOf<StoreException>().With.Message.Contains("another program"));
        Assert.That(() => new FlowQueries(Path), Throws.TypeOf<StoreException>().With.Message.Contains("another program"));
        Assert.That(File.ReadAllBytes(Path), Is.EqualTo(before));
    }

    [Test]
    public void A_database_of_a_newer_program_is_refused()
    {
        new SqliteFlowStore(Path).Dispose();
        using (var connection = new SqliteConnection($"Data Source={Path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }
        Assert.That(() => new SqliteFlowStore(Path), Throws.TypeOf<StoreException>().With.Message.Contains("newer"));
        Assert.That(() => new FlowQueries(Path), Throws.TypeOf<StoreException>().With.Message.Contains("newer"));
    }

    [Test]
    public void A_folder_that_cannot_be_made_is_named()
    {
        File.WriteAllText(Path, "");
        Assert.That(() => new SqliteFlowStore(System.IO.Path.Combine(Path, "flows.db")), Throws.TypeOf<StoreException>().With.Message.Contains(Path));
    }

    [Test]
    public void Damage_in_the_middle_is_an_error_of_the_store_and_names_the_file()
    {
        using (var store = new SqliteFlowStore(Path))
        {
            var records = Enumerable.Range(1, 5_000).Select(index => TestRecords.Record((uint)index, 100));
            store.Write(TestRecords.Collection(TestRecords.Epoch(store), null, 500), records);
        }
        var octets = File.ReadAllBytes(Path);
        octets.AsSpan(octets.Length / 4, octets.Length / 2).Fill(0xA5);
        File.WriteAllBytes(Path, octets);
        using var queries = new FlowQueries(Path);
        Assert.That(
            () => queries.Flows(new FlowFilter(null, null, null, null), []).Count(),
            Throws.TypeOf<StoreException>().With.Message.Contains(Path)
        );
    }

    [Test]
    public void The_columns_of_flow_may_only_grow()
    {
        // Users' SQL has them. A table in version 1, a view since.
        using var store = new SqliteFlowStore(Path);
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT group_concat(name, ' ') FROM pragma_table_info('flow')";
        Assert.That(
            command.ExecuteScalar(),
            Is.EqualTo(
                "id epoch_id rule_set flow_index first_ms last_active_ms sourceInterface sourceAdjacentType sourceAdjacentAddress sourceAdjacentMask "
                    + "sourcePeerType sourcePeerAddress sourcePeerMask sourceTransType sourceTransAddress sourceTransMask destInterface destAdjacentType "
                    + "destAdjacentAddress destAdjacentMask destPeerType destPeerAddress destPeerMask destTransType destTransAddress destTransMask "
                    + "toOctets toPDUs fromOctets fromPDUs firstTime lastActiveTime sourceSubscriberID destSubscriberID sessionID sourceClass destClass "
                    + "flowClass sourceKind destKind flowKind dsCodePoint vlanId ecn timeToLive tcpFlags icmpType icmpCode fragment tunnelType innerPeerType "
                    + "sourceInnerMask destInnerMask toPacketSize fromPacketSize toInterarrivalTime fromInterarrivalTime toTurnaroundTime fromTurnaroundTime "
                    + "toBitRate fromBitRate toPDURate fromPDURate mplsLabel flowLabel tunnelId sourceInnerAddress destInnerAddress toTcpFlags fromTcpFlags "
                    + "toTcpOctets fromTcpOctets toActiveIntervals fromActiveIntervals toPacketPairRate fromPacketPairRate toStreams fromStreams"
            )
        );
    }
}
