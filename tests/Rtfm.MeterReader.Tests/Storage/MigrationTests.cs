using Microsoft.Data.Sqlite;
using Rtfm.MeterReader.Storage;
using Rtfm.MeterReader.Storage.Sqlite;

namespace Rtfm.MeterReader.Tests.Storage;

/// <summary>Databases that older programs made: version 1 had flows in one wide table.</summary>
[TestFixture]
public sealed class MigrationTests
{
    private const string Flows =
        "SELECT epoch_id, rule_set, flow_index, first_ms, last_active_ms, sourcePeerAddress, sourcePeerMask, destPeerAddress, sourceTransType, "
        + "destTransAddress, toOctets, firstTime, lastActiveTime, sessionID, flowClass FROM flow ORDER BY flow_index, firstTime";

    private const string Usage =
        "SELECT collection_id, flow_index, firstTime, usage.toOctets FROM usage JOIN flow ON flow.id = usage.flow_id ORDER BY 1, 2, 3";

    private DirectoryInfo _folder = null!;

    [SetUp]
    public void MakeOldDatabase()
    {
        _folder = Directory.CreateTempSubdirectory("rtfm-meterreader-");
        using var connection = Connect();
        SqliteDatabase.Execute(connection, $"{SqliteSchema.Steps[0]} PRAGMA user_version = 1;");
        SqliteDatabase.Execute(
            connection,
            """
            INSERT INTO meter (id, name) VALUES (1, 'm');
            INSERT INTO epoch VALUES (1, 1, '8000000001', 1, 1767225600000, 100, 1767225600000, 0);
            INSERT INTO bookmark VALUES (1, 2, 600);
            INSERT INTO collection VALUES (1, 1, 2, 'edge', 1767225605000, NULL, 500, 4), (2, 1, 2, 'edge', 1767225606000, 500, 600, 1);
            INSERT INTO flow (id, epoch_id, rule_set, flow_index, first_ms, last_active_ms, sourcePeerAddress, sourcePeerMask, destPeerAddress,
                    sourceTransType, destTransAddress, toOctets, toPDUs, fromOctets, fromPDUs, firstTime, lastActiveTime) VALUES
                (1, 1, 2, 1, 1767225600100, 1767225605500, '10.0.0.1', '255.255.255.255', '2001:db8::1', 6, '443', 300, 3, 0, 0, 10, 550),
                (2, 1, 2, 70000, 1767225600100, 1767225600200, '10.0.0.2', '255.255.255.255', '0.0.0.0', 17, '53', 100, 1, 0, 0, 10, 20),
                (3, 1, 2, 1, 1767225600050, 1767225600060, '10.0.0.3', '255.255.0.0', '10.0.0.9', 6, NULL, -1, 1, 0, 0, 5, 6),
                (4, 1, 3, 1, 1767225600050, 1767225600060, NULL, NULL, NULL, NULL, NULL, 7, 1, 0, 0, 5, 6);
            INSERT INTO usage VALUES (1, 1, 100, 1, 0, 0), (1, 2, 100, 1, 0, 0), (1, 4, 7, 1, 0, 0), (2, 1, 200, 2, 0, 0);
            """
        );
    }

    [TearDown]
    public void RemoveFolder() => _folder.Delete(recursive: true);

    private string Path => System.IO.Path.Combine(_folder.FullName, "flows.db");

    [TestCase(Flows)]
    [TestCase(Usage)]
    public void What_an_older_program_stored_is_shown_as_before(string sql)
    {
        var before = Rows(sql);
        new SqliteFlowStore(Path).Dispose();
        Assert.That(before, Is.Not.Empty);
        Assert.That(Rows(sql), Is.EqualTo(before));
    }

    [Test]
    public void A_flow_that_an_older_program_stored_goes_on()
    {
        using (var store = new SqliteFlowStore(Path))
            store.Write(TestRecords.Collection(TestRecords.Epoch(store), 600, 700), [TestRecords.Record(1, 350, firstTime: 10, lastActive: 650)]);
        Assert.That(Rows(Usage)[^1], Is.EqualTo("3|1|10|50"));
    }

    [Test]
    public void A_flow_in_the_place_of_one_that_an_older_program_stored_is_another()
    {
        using (var store = new SqliteFlowStore(Path))
            store.Write(TestRecords.Collection(TestRecords.Epoch(store), 600, 700), [TestRecords.Record(70_000, 350, firstTime: 640)]);
        Assert.That(Rows("SELECT toOctets FROM flow WHERE flow_index = 70000 ORDER BY firstTime"), Is.EqualTo(["100", "350"]));
    }

    [Test]
    public void Every_attribute_that_is_stored_has_its_column()
    {
        new SqliteFlowStore(Path).Dispose();
        var columns = Rows("SELECT name FROM pragma_table_info('flow')");
        Assert.That(SqliteSchema.Columns.Select(each => each.Name), Is.SubsetOf(columns));
        Assert.That(
            Rows("SELECT name FROM pragma_table_info('extension')")[1..],
            Is.EqualTo(SqliteSchema.ExtensionColumns.Select(each => each.Name))
        );
    }

    [Test]
    public void Nothing_refers_to_what_is_not_there()
    {
        new SqliteFlowStore(Path).Dispose();
        Assert.That(Rows("SELECT * FROM pragma_foreign_key_check"), Is.Empty);
    }

    [Test]
    public void A_question_to_an_old_database_says_what_to_do() =>
        Assert.That(() => new FlowQueries(Path), Throws.TypeOf<StoreException>().With.Message.Contains("older"));

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        return connection;
    }

    private List<string> Rows(string sql)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var row = command.ExecuteReader();
        var rows = new List<string>();
        while (row.Read())
            rows.Add(string.Join('|', Enumerable.Range(0, row.FieldCount).Select(row.GetValue)));
        return rows;
    }
}
