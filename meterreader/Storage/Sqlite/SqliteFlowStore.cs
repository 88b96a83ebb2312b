using System.Globalization;
using Microsoft.Data.Sqlite;
using Rtfm.Model;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>The store in one SQLite file.</summary>
public sealed class SqliteFlowStore : IFlowStore
{
    /// <summary>How far a boot time may seem to move by itself: clocks drift, answers take time.</summary>
    private static readonly TimeSpan BootTimeTolerance = TimeSpan.FromSeconds(5);

    private readonly SqliteConnection _connection;
    private readonly Lock _oneWriter = new();

    /// <exception cref="StoreException">The file cannot be used.</exception>
    public SqliteFlowStore(string path) => _connection = SqliteDatabase.Open(path, isReader: false);

    public MeterEpoch Epoch(string meter, MeterIdentity identity, bool wasRegistered)
    {
        lock (_oneWriter)
        {
            using var transaction = _connection.BeginTransaction();
            var meterId = MeterId(meter);
            var epoch = Find(meter, meterId, identity, wasRegistered) ?? Begin(meter, meterId, identity);
            Execute("UPDATE epoch SET last_uptime = $1 WHERE id = $2", (long)identity.Uptime, epoch.Id);
            transaction.Commit();
            return epoch;
        }
    }

    public uint? Bookmark(MeterEpoch epoch, int ruleSet)
    {
        lock (_oneWriter)
        {
            using var command = Command("SELECT last_time FROM bookmark WHERE epoch_id = $1 AND rule_set = $2", epoch.Id, ruleSet);
            return command.ExecuteScalar() is long lastTime ? (uint)lastTime : null;
        }
    }

    public void Write(FlowCollection collection, IReadOnlyList<FlowRecord> records)
    {
        lock (_oneWriter)
        {
            using var transaction = _connection.BeginTransaction();
            Execute(
                "INSERT INTO collection (epoch_id, rule_set, rule_set_name, at_ms, since, until, flows) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                collection.Epoch.Id,
                collection.RuleSet,
                collection.RuleSetName,
                collection.At.ToUnixTimeMilliseconds(),
                (long)collection.Since,
                (long)collection.Bookmark,
                records.Count
            );
            var collectionId = (long)SqliteSchema.Scalar(_connection, "SELECT last_insert_rowid()")!;
            if (records.Count > 0)
            {
                using var writer = new FlowWriter(_connection, collection.Epoch, collectionId, records[0].Attributes);
                foreach (var record in records)
                    writer.Write(record);
            }
            Execute(
                "INSERT OR REPLACE INTO bookmark (epoch_id, rule_set, last_time) VALUES ($1, $2, $3)",
                collection.Epoch.Id,
                collection.RuleSet,
                (long)collection.Bookmark
            );
            transaction.Commit();
        }
    }

    public int Retain(DateTimeOffset? notBefore, long? maxOctets)
    {
        var removed = 0;
        lock (_oneWriter)
        {
            if (notBefore is { } limit)
                removed += RemoveBefore(limit.ToUnixTimeMilliseconds());
            // The oldest tenth at a time, until what is left is small enough.
            while (maxOctets is { } max && UsedOctets() > max)
            {
                var at = SqliteSchema.Scalar(
                    _connection,
                    "SELECT at_ms FROM collection ORDER BY at_ms LIMIT 1 OFFSET (SELECT count(*) / 10 FROM collection)"
                );
                var step = at is long oldest ? RemoveBefore(oldest + 1) : 0;
                if (step == 0)
                    break;
                removed += step;
            }
        }
        return removed;
    }

    public void Dispose() => _connection.Dispose();

    private MeterEpoch? Find(string meter, long meterId, MeterIdentity identity, bool wasRegistered)
    {
        using var command = Command(
            "SELECT id, engine_id, engine_boots, boot_ms, last_uptime FROM epoch WHERE meter_id = $1 ORDER BY id DESC LIMIT 1",
            meterId
        );
        using var row = command.ExecuteReader();
        if (!row.Read())
            return null;
        var bootTime = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3));
        bool isSame;
        if (identity.EngineId.Length > 0)
        {
            isSame = row.GetString(1) == identity.EngineId && row.GetInt32(2) == identity.EngineBoots;
        }
        else
        {
            // Without an engine's word: time that ran backwards, or a meter that forgot us and seems to have started at another time.
            var hasMoved = (identity.BootTime - bootTime).Duration() > BootTimeTolerance;
            isSame = identity.Uptime >= (uint)row.GetInt64(4) && (wasRegistered || !hasMoved);
        }
        return isSame ? new MeterEpoch(row.GetInt64(0), meter, bootTime) : null;
    }

    private MeterEpoch Begin(string meter, long meterId, MeterIdentity identity)
    {
        var bootMs = identity.BootTime.ToUnixTimeMilliseconds();
        Execute(
            "INSERT INTO epoch (meter_id, engine_id, engine_boots, boot_ms, last_uptime) VALUES ($1, $2, $3, $4, $5)",
            meterId,
            identity.EngineId,
            identity.EngineBoots,
            bootMs,
            (long)identity.Uptime
        );
        return new MeterEpoch(
            (long)SqliteSchema.Scalar(_connection, "SELECT last_insert_rowid()")!,
            meter,
            DateTimeOffset.FromUnixTimeMilliseconds(bootMs)
        );
    }

    private long MeterId(string name)
    {
        Execute("INSERT OR IGNORE INTO meter (name) VALUES ($1)", name);
        using var command = Command("SELECT id FROM meter WHERE name = $1", name);
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Removes older collections with their usage, then flows that nothing refers to any more and that ended before.</summary>
    private int RemoveBefore(long ms)
    {
        using var transaction = _connection.BeginTransaction();
        Execute("DELETE FROM usage WHERE collection_id IN (SELECT id FROM collection WHERE at_ms < $1)", ms);
        var removed = Execute("DELETE FROM collection WHERE at_ms < $1", ms);
        Execute("DELETE FROM flow WHERE last_active_ms < $1 AND NOT EXISTS (SELECT 1 FROM usage WHERE flow_id = flow.id)", ms);
        transaction.Commit();
        return removed;
    }

    private long UsedOctets()
    {
        var pages = Number("PRAGMA page_count") - Number("PRAGMA freelist_count");
        return pages * Number("PRAGMA page_size");
    }

    private long Number(string sql) => Convert.ToInt64(SqliteSchema.Scalar(_connection, sql), CultureInfo.InvariantCulture);

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
