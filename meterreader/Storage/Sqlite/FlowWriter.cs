using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Rtfm.Model;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>Writes flow records within one transaction: statements are prepared once, parameters set by position.</summary>
internal sealed class FlowWriter : IDisposable
{
    private static readonly FlowAttribute[] Counters =
    [
        FlowAttribute.ToOctets,
        FlowAttribute.ToPdus,
        FlowAttribute.FromOctets,
        FlowAttribute.FromPdus,
    ];

    private readonly MeterEpoch _epoch;
    private readonly SqliteCommand _find;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _lastId;
    private readonly SqliteCommand _update;
    private readonly SqliteCommand _use;
    private readonly int[] _counterAt;
    private readonly int _firstTimeAt;
    private readonly int _lastActiveAt;
    private readonly (int At, bool IsText)[] _keyAt;

    /// <param name="attributes">What the records hold: the counters and times among them.</param>
    public FlowWriter(SqliteConnection connection, MeterEpoch epoch, long collectionId, ImmutableArray<FlowAttribute> attributes)
    {
        _epoch = epoch;
        _counterAt = [.. Counters.Select(counter => attributes.IndexOf(counter))];
        _firstTimeAt = attributes.IndexOf(FlowAttribute.FirstTime);
        _lastActiveAt = attributes.IndexOf(FlowAttribute.LastActiveTime);
        var keys = SqliteSchema.KeyAttributes.Where(each => attributes.Contains(each.Number)).ToList();
        _keyAt = [.. keys.Select(each => (attributes.IndexOf(each.Number), SqliteSchema.IsText(each)))];

        _find = Prepare(
            connection,
            $"SELECT id, to_octets, to_pdus, from_octets, from_pdus FROM flow WHERE epoch_id = {epoch.Id} AND rule_set = $1 AND flow_index = $2 AND first_time = $3",
            3
        );
        var columns = string.Concat(keys.Select(each => $", {each.Name}"));
        var values = string.Concat(keys.Select((_, i) => $", ${11 + i}"));
        _insert = Prepare(
            connection,
            $"""
            INSERT INTO flow (epoch_id, rule_set, flow_index, first_time, last_active_time, first_ms, last_active_ms,
                              to_octets, to_pdus, from_octets, from_pdus{columns})
            VALUES ({epoch.Id}, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10{values})
            """,
            10 + keys.Count
        );
        _lastId = Prepare(connection, "SELECT last_insert_rowid()", 0);
        _update = Prepare(
            connection,
            "UPDATE flow SET last_active_time = $1, last_active_ms = $2, to_octets = $3, to_pdus = $4, from_octets = $5, from_pdus = $6 WHERE id = $7",
            7
        );
        _use = Prepare(
            connection,
            $"""
            INSERT INTO usage (collection_id, flow_id, to_octets, to_pdus, from_octets, from_pdus) VALUES ({collectionId}, $1, $2, $3, $4, $5)
            ON CONFLICT (collection_id, flow_id) DO UPDATE SET to_octets = to_octets + excluded.to_octets, to_pdus = to_pdus + excluded.to_pdus,
                from_octets = from_octets + excluded.from_octets, from_pdus = from_pdus + excluded.from_pdus
            """,
            5
        );
    }

    public void Write(FlowRecord record)
    {
        Span<ulong> counters = stackalloc ulong[Counters.Length];
        for (var i = 0; i < counters.Length; i++)
            counters[i] = record.Values[_counterAt[i]].Number;
        var firstTime = (uint)record.Values[_firstTimeAt].Number;
        var lastActive = (uint)record.Values[_lastActiveAt].Number;

        Span<ulong> before = stackalloc ulong[Counters.Length];
        var id = Find(record, firstTime, before);
        if (id is null)
            id = Insert(record, firstTime, lastActive, counters);
        else
            Update(id.Value, lastActive, counters);
        // Counters roll over at 2^64, so differences are right all the same (READ-04).
        var isUsed = false;
        for (var i = 0; i < counters.Length; i++)
        {
            var used = unchecked(counters[i] - before[i]);
            isUsed |= used != 0;
            _use.Parameters[i + 1].Value = (long)used;
        }
        if (!isUsed)
            return;
        _use.Parameters[0].Value = id.Value;
        _use.ExecuteNonQuery();
    }

    public void Dispose()
    {
        _find.Dispose();
        _insert.Dispose();
        _lastId.Dispose();
        _update.Dispose();
        _use.Dispose();
    }

    private long? Find(FlowRecord record, uint firstTime, Span<ulong> counters)
    {
        _find.Parameters[0].Value = record.RuleSet;
        _find.Parameters[1].Value = (long)record.Index;
        _find.Parameters[2].Value = (long)firstTime;
        using var row = _find.ExecuteReader();
        if (!row.Read())
            return null;
        for (var i = 0; i < counters.Length; i++)
            counters[i] = (ulong)row.GetInt64(i + 1);
        return row.GetInt64(0);
    }

    private long Insert(FlowRecord record, uint firstTime, uint lastActive, ReadOnlySpan<ulong> counters)
    {
        var values = _insert.Parameters;
        values[0].Value = record.RuleSet;
        values[1].Value = (long)record.Index;
        values[2].Value = (long)firstTime;
        values[3].Value = (long)lastActive;
        values[4].Value = _epoch.TimeOf(firstTime).ToUnixTimeMilliseconds();
        values[5].Value = _epoch.TimeOf(lastActive).ToUnixTimeMilliseconds();
        for (var i = 0; i < counters.Length; i++)
            values[6 + i].Value = (long)counters[i];
        for (var i = 0; i < _keyAt.Length; i++)
        {
            var (at, isText) = _keyAt[i];
            values[10 + i].Value = isText ? FlowText.Format(record.Attributes[at], record.Values[at]) : (long)record.Values[at].Number;
        }
        _insert.ExecuteNonQuery();
        return (long)_lastId.ExecuteScalar()!;
    }

    private void Update(long id, uint lastActive, ReadOnlySpan<ulong> counters)
    {
        var values = _update.Parameters;
        values[0].Value = (long)lastActive;
        values[1].Value = _epoch.TimeOf(lastActive).ToUnixTimeMilliseconds();
        for (var i = 0; i < counters.Length; i++)
            values[2 + i].Value = (long)counters[i];
        values[6].Value = id;
        _update.ExecuteNonQuery();
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string sql, int parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 1; i <= parameters; i++)
            command.Parameters.Add(new SqliteParameter($"${i}", null));
        return command;
    }
}
