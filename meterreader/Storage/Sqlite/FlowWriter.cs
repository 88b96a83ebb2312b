using Microsoft.Data.Sqlite;
using Rtfm.Model;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>Writes the flow records of one collection, within its transaction: three prepared statements for each record at most.</summary>
internal sealed class FlowWriter : IDisposable
{
    // Parameters that insert and update share: 1 and 2 say which flow, the rest is what it is now.
    private const int FirstMs = 3;
    private const int LastActiveMs = 4;
    private const int FirstAttribute = 5;

    private readonly SqliteConnection _connection;
    private readonly FlowCollection _collection;
    private readonly PreparedStatement _find;
    private readonly FlowStatement _insert;
    private readonly FlowStatement _update;
    private readonly PreparedStatement _use;
    private readonly (int At, FlowAttribute Attribute, bool IsText)[] _columns;
    private readonly int[] _counterAt;
    private readonly int _firstTimeAt;
    private readonly int _lastActiveAt;
    private readonly long _bootMs;

    public FlowWriter(SqliteConnection connection, long collectionId, FlowCollection collection)
    {
        _connection = connection;
        _collection = collection;
        _bootMs = collection.BootTime.ToUnixTimeMilliseconds();
        var attributes = collection.Attributes;
        _counterAt = [.. SqliteSchema.Counters.Select(each => attributes.IndexOf(each.Number))];
        _firstTimeAt = attributes.IndexOf(FlowAttribute.FirstTime);
        _lastActiveAt = attributes.IndexOf(FlowAttribute.LastActiveTime);
        var columns = SqliteSchema.Columns.Where(each => attributes.Contains(each.Number)).ToList();
        _columns = [.. columns.Select(each => (attributes.IndexOf(each.Number), each.Number, SqliteSchema.IsText(each)))];
        var names = string.Concat(columns.Select(each => $", {each.Name}"));
        var parameters = string.Concat(columns.Select((_, i) => $", ?{FirstAttribute + i}"));
        var assignments = string.Concat(columns.Select((each, i) => $", {each.Name} = ?{FirstAttribute + i}"));
        var counters = string.Join(", ", SqliteSchema.Counters.Select(each => each.Name));
        var flow = $"epoch_id = {collection.Epoch.Id} AND rule_set = {collection.RuleSet}";

        _find = new(connection, $"SELECT id, lastActiveTime, {counters} FROM flow WHERE {flow} AND flow_index = ?1 AND firstTime = ?2");
        _insert = Prepare(
            $"""
            INSERT INTO flow (epoch_id, rule_set, flow_index, first_ms, last_active_ms{names})
            VALUES ({collection.Epoch.Id}, {collection.RuleSet}, ?1, ?{FirstMs}, ?{LastActiveMs}{parameters})
            """
        );
        _update = Prepare($"UPDATE flow SET first_ms = ?{FirstMs}, last_active_ms = ?{LastActiveMs}{assignments} WHERE id = ?1");
        _use = new(connection, $"INSERT INTO usage (collection_id, flow_id, {counters}) VALUES ({collectionId}, ?1, ?2, ?3, ?4, ?5)");
    }

    public int Flows { get; private set; }

    public int AbsurdCounters { get; private set; }

    /// <summary>Replaces the flow, or adds it, and notes what its counters grew by.</summary>
    public void Write(FlowRecord record)
    {
        Flows++;
        Span<ulong> before = stackalloc ulong[_counterAt.Length];
        var firstTime = (long)record.Values[_firstTimeAt].Number;
        var lastActive = (long)record.Values[_lastActiveAt].Number;
        var id = Find(record.Index, firstTime, before, out var lastActiveBefore);
        Span<long> usage = stackalloc long[_counterAt.Length];
        var isUsed = Compare(record, before, usage);
        if (id is null)
        {
            Execute(_insert, record.Index, record, firstTime, lastActive);
            id = SQLitePCL.raw.sqlite3_last_insert_rowid(_connection.Handle);
        }
        else if (isUsed || lastActive != lastActiveBefore)
        {
            Execute(_update, id.Value, record, firstTime, lastActive);
        }
        if (!isUsed)
            return;
        _use.Bind(1, id.Value);
        for (var i = 0; i < usage.Length; i++)
            _use.Bind(2 + i, usage[i]);
        _use.Step();
    }

    public void Dispose()
    {
        _find.Dispose();
        _insert.Prepared.Dispose();
        _update.Prepared.Dispose();
        _use.Dispose();
    }

    private long? Find(uint index, long firstTime, Span<ulong> counters, out long lastActive)
    {
        lastActive = 0;
        _find.Bind(1, index);
        _find.Bind(2, firstTime);
        if (!_find.Step())
            return null;
        var id = _find.Int64(0);
        lastActive = _find.Int64(1);
        for (var i = 0; i < counters.Length; i++)
            counters[i] = (ulong)_find.Int64(2 + i);
        _find.Reset();
        return id;
    }

    /// <summary>Works out the usage: differences modulo 2^64, so that a counter may roll over (READ-04).</summary>
    /// <returns>True where there is any.</returns>
    private bool Compare(FlowRecord record, ReadOnlySpan<ulong> before, Span<long> usage)
    {
        var isUsed = false;
        var isAbsurd = false;
        for (var i = 0; i < usage.Length; i++)
        {
            var now = record.Values[_counterAt[i]].Number;
            var used = unchecked(now - before[i]);
            if (used > long.MaxValue)
            {
                // No flow does half of 2^64 between two collections: the counter went back.
                isAbsurd = true;
                used = Math.Min(now, long.MaxValue);
            }
            usage[i] = (long)used;
            isUsed |= used != 0;
        }
        if (isAbsurd)
            AbsurdCounters++;
        return isUsed;
    }

    private void Execute(in FlowStatement statement, long which, FlowRecord record, long firstTime, long lastActive)
    {
        var (prepared, bound) = statement;
        prepared.Bind(1, which);
        prepared.Bind(FirstMs, _bootMs + firstTime * 10);
        prepared.Bind(LastActiveMs, _bootMs + lastActive * 10);
        for (var i = 0; i < _columns.Length; i++)
        {
            var (at, attribute, isText) = _columns[i];
            var value = record.Values[at];
            if (!isText)
                prepared.Bind(FirstAttribute + i, (long)value.Number);
            else if (bound[i] is not { } before || !before.Octets.SequenceEqual(value.Octets))
            {
                prepared.Bind(FirstAttribute + i, FlowText.Format(attribute, value));
                bound[i] = value;
            }
        }
        prepared.Step();
    }

    private FlowStatement Prepare(string sql) => new(new PreparedStatement(_connection, sql), new FlowValue?[_columns.Length]);

    /// <summary>A statement that binds whole records, and what text it has bound: masks, link addresses and unused columns are the same again and again.</summary>
    private readonly record struct FlowStatement(PreparedStatement Prepared, FlowValue?[] Bound);
}
