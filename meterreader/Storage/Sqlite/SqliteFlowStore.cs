using Microsoft.Data.Sqlite;
using Rtfm.Model;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>The store in one SQLite file. Safe to be called by many threads; they write one after the other, as do processes.</summary>
public sealed class SqliteFlowStore : IFlowStore
{
    /// <summary>How far a boot time may seem to move by itself between two collections: clocks drift, answers take time.</summary>
    private static readonly TimeSpan BootTimeTolerance = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly SqliteConnection _connection;
    private readonly Lock _oneWriter = new();

    /// <exception cref="StoreException">The file cannot be used.</exception>
    public SqliteFlowStore(string path)
    {
        _path = path;
        _connection = SqliteDatabase.OpenForWriting(path);
        Id = (string)SqliteDatabase.Scalar(_connection, "SELECT id FROM store")!;
    }

    public string Id { get; }

    public MeterEpoch Epoch(string meter, MeterIdentity identity, bool wasRegistered) =>
        InTransaction(() =>
        {
            var meterId = MeterId(meter);
            var epoch = FindEpoch(meter, meterId, identity, wasRegistered) ?? BeginEpoch(meter, meterId, identity);
            Execute(
                "UPDATE epoch SET last_uptime = $1, last_boot_ms = $2 WHERE id = $3",
                (long)identity.Uptime,
                identity.BootTime.ToUnixTimeMilliseconds(),
                epoch.Id
            );
            return epoch;
        });

    public MeterEpoch Life(string meter, string engineId, int boots, DateTimeOffset bootTime) =>
        InTransaction(() =>
        {
            var meterId = MeterId(meter);
            return FindLife(meter, meterId, engineId, boots) ?? BeginEpoch(meter, meterId, new(engineId, boots, 0, bootTime));
        });

    public void NoteMember(string meter, MeteringPointNote note) =>
        InTransaction(() =>
            Execute(
                "INSERT OR REPLACE INTO metering_point (meter_id, domain, number, name, address) VALUES ($1, $2, $3, $4, $5)",
                MeterId(meter),
                note.Domain,
                note.Number,
                note.Name,
                note.Address
            )
        );

    public void EndEpoch(MeterEpoch epoch) => InTransaction(() => Execute("UPDATE epoch SET is_over = 1 WHERE id = $1", epoch.Id));

    public uint? Bookmark(MeterEpoch epoch, int ruleSet) => InTransaction(() => FindBookmark(epoch, ruleSet));

    public WriteResult Write(FlowCollection collection, IEnumerable<FlowRecord> records) =>
        InTransaction(() =>
        {
            if (FindBookmark(collection.Epoch, collection.RuleSet) != collection.Since)
                throw new StoreException(
                    $"{_path}: somebody else has collected from {collection.Epoch.Meter} meanwhile; this collection is given up"
                );
            Execute(
                "INSERT INTO collection (epoch_id, rule_set, rule_set_name, at_ms, since, until, flows) VALUES ($1, $2, $3, $4, $5, $6, 0)",
                collection.Epoch.Id,
                collection.RuleSet,
                collection.RuleSetName,
                collection.At.ToUnixTimeMilliseconds(),
                collection.Since is { } since ? (long)since : DBNull.Value,
                (long)collection.Bookmark
            );
            var id = SqliteDatabase.Number(_connection, "SELECT last_insert_rowid()");
            using var writer = new FlowWriter(_connection, id, collection);
            foreach (var record in records)
                writer.Write(record);
            writer.Flush();
            Execute("UPDATE collection SET flows = $1 WHERE id = $2", writer.Flows, id);
            Execute("UPDATE epoch SET boot_ms = $1 WHERE id = $2", collection.BootTime.ToUnixTimeMilliseconds(), collection.Epoch.Id);
            Execute(
                "INSERT OR REPLACE INTO bookmark (epoch_id, rule_set, last_time) VALUES ($1, $2, $3)",
                collection.Epoch.Id,
                collection.RuleSet,
                (long)collection.Bookmark
            );
            Execute(
                "UPDATE meter SET failed_ms = NULL, failure = NULL WHERE failed_ms IS NOT NULL AND id = (SELECT meter_id FROM epoch WHERE id = $1)",
                collection.Epoch.Id
            );
            return new WriteResult(writer.Flows, writer.AbsurdCounters);
        });

    public void NoteFailure(string meter, DateTimeOffset at, string reason) =>
        InTransaction(() =>
            Execute("UPDATE meter SET failed_ms = $1, failure = $2 WHERE id = $3", at.ToUnixTimeMilliseconds(), reason, MeterId(meter))
        );

    public bool Retain(DateTimeOffset? notBefore, long? maxOctets) =>
        InTransaction(() => new Retention(_connection).RemoveSome(notBefore?.ToUnixTimeMilliseconds(), maxOctets));

    public void Dispose()
    {
        lock (_oneWriter)
            _connection.Dispose();
    }

    private uint? FindBookmark(MeterEpoch epoch, int ruleSet)
    {
        using var command = Command("SELECT last_time FROM bookmark WHERE epoch_id = $1 AND rule_set = $2", epoch.Id, ruleSet);
        return command.ExecuteScalar() is long lastTime ? (uint)lastTime : null;
    }

    private MeterEpoch? FindEpoch(string meter, long meterId, MeterIdentity identity, bool wasRegistered)
    {
        using var command = Command(
            """
            SELECT id, engine_id, engine_boots, boot_ms, last_uptime, last_boot_ms FROM epoch
            WHERE meter_id = $1 AND is_over = 0 AND id = (SELECT max(id) FROM epoch WHERE meter_id = $1)
            """,
            meterId
        );
        using var row = command.ExecuteReader();
        if (!row.Read())
            return null;
        bool isSame;
        if (identity.EngineId.Length > 0)
        {
            isSame = row.GetString(1) == identity.EngineId && row.GetInt32(2) == identity.EngineBoots;
        }
        else
        {
            // Without an engine's word: time that ran backwards, or a meter that forgot us and seems to have started at another time.
            var lastBootTime = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5));
            var hasMoved = (identity.BootTime - lastBootTime).Duration() > BootTimeTolerance;
            isSame = identity.Uptime >= (uint)row.GetInt64(4) && (wasRegistered || !hasMoved);
        }
        return isSame ? new MeterEpoch(row.GetInt64(0), meter, DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3))) : null;
    }

    private MeterEpoch? FindLife(string meter, long meterId, string engineId, int boots)
    {
        using var command = Command(
            "SELECT id, boot_ms FROM epoch WHERE meter_id = $1 AND engine_id = $2 AND engine_boots = $3 ORDER BY id DESC LIMIT 1",
            meterId,
            engineId,
            boots
        );
        using var row = command.ExecuteReader();
        return row.Read() ? new MeterEpoch(row.GetInt64(0), meter, DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1))) : null;
    }

    private MeterEpoch BeginEpoch(string meter, long meterId, MeterIdentity identity)
    {
        var bootMs = identity.BootTime.ToUnixTimeMilliseconds();
        Execute(
            """
            INSERT INTO epoch (meter_id, engine_id, engine_boots, boot_ms, last_uptime, last_boot_ms, is_over) VALUES ($1, $2, $3, $4, $5, $4, 0)
            """,
            meterId,
            identity.EngineId,
            identity.EngineBoots,
            bootMs,
            (long)identity.Uptime
        );
        var id = SqliteDatabase.Number(_connection, "SELECT last_insert_rowid()");
        return new MeterEpoch(id, meter, DateTimeOffset.FromUnixTimeMilliseconds(bootMs));
    }

    private long MeterId(string name)
    {
        Execute("INSERT OR IGNORE INTO meter (name) VALUES ($1)", name);
        using var command = Command("SELECT id FROM meter WHERE name = $1", name);
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>All of it or nothing: what throws is taken back.</summary>
    private T InTransaction<T>(Func<T> work)
    {
        lock (_oneWriter)
        {
            try
            {
                using var transaction = _connection.BeginTransaction();
                var result = work();
                transaction.Commit();
                return result;
            }
            catch (SqliteException fault)
            {
                throw new StoreException($"{_path}: {fault.Message}", fault);
            }
        }
    }

    private int Execute(string sql, params ReadOnlySpan<object> values)
    {
        using var command = Command(sql, values);
        return command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue($"${i + 1}", values[i]);
        return command;
    }
}
