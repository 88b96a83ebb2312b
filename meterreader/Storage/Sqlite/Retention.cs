using Microsoft.Data.Sqlite;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>Removes what is too old or too much, oldest first, a bounded piece with each transaction: whoever wants to write waits milliseconds.</summary>
/// <remarks>
/// Usage goes first, and with the last of it its flow, then the collection it belongs to. A flow that the meter may still hold stays, however old: it may
/// become active again, and then only what it did since may count. It is certain to be gone when its meter has begun a new life, or another flow has its
/// index (MIB-86). What stays, at most as many flows as the meter's table has rows, goes when its index is given to another (<see cref="FlowWriter"/>), or
/// when nothing is left of what was collected in that life.
/// </remarks>
internal sealed class Retention(SqliteConnection connection)
{
    private const int RowsAtOnce = 20_000;
    private const int PagesAtOnce = 2_000;

    /// <summary>Whatever the size: what was collected within this time before the latest collection is kept.</summary>
    private const long AlwaysKeptMs = 3_600_000;

    /// <summary>The lives of meters that have begun another since.</summary>
    private const string Over =
        "SELECT id FROM epoch WHERE EXISTS (SELECT 1 FROM epoch later WHERE later.meter_id = epoch.meter_id AND later.id > epoch.id)";

    /// <returns>False where nothing is left to be removed.</returns>
    public bool RemoveSome(long? notBeforeMs, long? maxOctets)
    {
        var limit = notBeforeMs ?? long.MinValue;
        if (maxOctets is { } max && UsedOctets() > max && OldestToGiveUp() is { } oldest)
            limit = Math.Max(limit, oldest + 1);
        if (limit == long.MinValue)
            return false;
        var removed = RemoveUsage(limit);
        if (removed == 0)
        {
            removed = Execute(
                "DELETE FROM collection WHERE id IN (SELECT id FROM collection WHERE at_ms < $1 AND NOT EXISTS (SELECT 1 FROM usage WHERE collection_id = collection.id) LIMIT $2)",
                limit
            );
        }
        if (removed == 0)
            removed = RemoveLives();
        SqliteDatabase.Scalar(connection, $"PRAGMA incremental_vacuum({PagesAtOnce})");
        return removed > 0;
    }

    private int RemoveUsage(long limit)
    {
        const string Oldest =
            "FROM usage WHERE collection_id IN (SELECT id FROM collection WHERE at_ms < $1 ORDER BY at_ms LIMIT 50) ORDER BY collection_id, flow_id LIMIT $2";
        Execute(
            $"""
            DELETE FROM flow_record WHERE id IN (SELECT flow_id {Oldest}) AND (collection_id, id) IN (SELECT collection_id, flow_id {Oldest})
                AND (EXISTS (SELECT 1 FROM flow_record later WHERE later.id > flow_record.id AND later.id <= flow_record.id | {FlowIds.LastGeneration})
                    OR (SELECT epoch_id FROM extent WHERE id = flow_record.id >> 32) IN ({Over}))
            """,
            limit
        );
        return Execute($"DELETE FROM usage WHERE (collection_id, flow_id) IN (SELECT collection_id, flow_id {Oldest})", limit);
    }

    /// <summary>Removes the flows of lives that are over and of which no collection is left, then what the flows referred to.</summary>
    private int RemoveLives()
    {
        const string Forgotten = $"SELECT id FROM ({Over}) over WHERE NOT EXISTS (SELECT 1 FROM collection WHERE epoch_id = over.id)";
        var removed = Execute(
            $"""
            DELETE FROM flow_record WHERE id IN (
                SELECT flow_record.id FROM extent JOIN flow_record ON flow_record.id BETWEEN extent.id << 32 AND (extent.id << 32 | 4294967295)
                WHERE extent.epoch_id IN ({Forgotten}) LIMIT $2)
            """
        );
        if (removed > 0)
            return removed;
        return Execute($"DELETE FROM extent WHERE epoch_id IN ({Forgotten})") + Execute($"DELETE FROM profile WHERE epoch_id IN ({Forgotten})");
    }

    private long UsedOctets()
    {
        var pages = SqliteDatabase.Number(connection, "PRAGMA page_count") - SqliteDatabase.Number(connection, "PRAGMA freelist_count");
        return pages * SqliteDatabase.Number(connection, "PRAGMA page_size");
    }

    private long? OldestToGiveUp() =>
        SqliteDatabase.Scalar(
            connection,
            $"SELECT at_ms FROM collection WHERE at_ms < (SELECT max(at_ms) FROM collection) - {AlwaysKeptMs} ORDER BY at_ms LIMIT 1"
        ) as long?;

    private int Execute(string sql, long limit = 0)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$1", limit);
        command.Parameters.AddWithValue("$2", RowsAtOnce);
        return command.ExecuteNonQuery();
    }
}
