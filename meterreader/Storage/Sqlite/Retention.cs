using Microsoft.Data.Sqlite;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>Removes what is too old or too much, oldest first, a bounded piece with each transaction: whoever wants to write waits milliseconds.</summary>
/// <remarks>
/// Usage goes first, then the collection it belongs to, then flows that no usage is left of. A flow that the meter may still hold stays, however old: it may
/// become active again, and then only what it did since may count. It is certain to be gone when its meter has begun a new life, or another flow has its
/// index (MIB-86); so at most as many flows stay as the meter's table has rows.
/// </remarks>
internal sealed class Retention(SqliteConnection connection)
{
    private const int RowsAtOnce = 20_000;
    private const int PagesAtOnce = 2_000;

    /// <summary>Whatever the size: what was collected within this time before the latest collection is kept.</summary>
    private const long AlwaysKeptMs = 3_600_000;

    /// <returns>False where nothing is left to be removed.</returns>
    public bool RemoveSome(long? notBeforeMs, long? maxOctets)
    {
        var limit = notBeforeMs ?? long.MinValue;
        if (maxOctets is { } max && UsedOctets() > max && OldestToGiveUp() is { } oldest)
            limit = Math.Max(limit, oldest + 1);
        if (limit == long.MinValue)
            return false;
        var removed = Execute(
            "DELETE FROM usage WHERE (collection_id, flow_id) IN (SELECT collection_id, flow_id FROM usage WHERE collection_id IN (SELECT id FROM collection WHERE at_ms < $1 ORDER BY at_ms LIMIT 50) LIMIT $2)",
            limit
        );
        if (removed == 0)
        {
            removed = Execute(
                "DELETE FROM collection WHERE id IN (SELECT id FROM collection WHERE at_ms < $1 AND NOT EXISTS (SELECT 1 FROM usage WHERE collection_id = collection.id) LIMIT $2)",
                limit
            );
        }
        if (removed == 0)
        {
            removed = Execute(
                """
                DELETE FROM flow WHERE id IN (
                    SELECT id FROM flow WHERE last_active_ms < $1 AND NOT EXISTS (SELECT 1 FROM usage WHERE flow_id = flow.id)
                        AND (EXISTS (SELECT 1 FROM epoch this JOIN epoch later ON later.meter_id = this.meter_id AND later.id > this.id WHERE this.id = flow.epoch_id)
                            OR EXISTS (SELECT 1 FROM flow later WHERE later.epoch_id = flow.epoch_id AND later.rule_set = flow.rule_set
                                       AND later.flow_index = flow.flow_index AND later.firstTime > flow.firstTime))
                    LIMIT $2)
                """,
                limit
            );
        }
        SqliteDatabase.Scalar(connection, $"PRAGMA incremental_vacuum({PagesAtOnce})");
        return removed > 0;
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

    private int Execute(string sql, long limit)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$1", limit);
        command.Parameters.AddWithValue("$2", RowsAtOnce);
        return command.ExecuteNonQuery();
    }
}
