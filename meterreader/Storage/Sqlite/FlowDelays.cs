using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Rtfm.Model;
using Rtfm.Model.Delay;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>The step from schema 4 to 5, and its writer: one-way delay and loss of a domain's flows, for each collection in which any became known.</summary>
/// <remarks>
/// Counts are what became known between two collections, as usage is; times are of the samples that were paired last. A flow's row stands with the metering point where the
/// flow enters. A master that took over counts from zero: a count that went back says so, and all it says now is new.
/// </remarks>
internal sealed class FlowDelays : IDisposable
{
    private const int To = 1;
    private const int From = 2;

    private static readonly FlowAttribute[] Counts =
    [
        FlowAttribute.ToDelayPaired,
        FlowAttribute.ToDelayExpected,
        FlowAttribute.ToDelayLost,
        FlowAttribute.ToDelayUnknown,
        FlowAttribute.ToDelayRepeated,
        FlowAttribute.ToDelayNegative,
        FlowAttribute.ToDelayUnpaired,
    ];

    private static readonly FlowAttribute[] Times = [.. DelayStatistics.Attributes(isFrom: false).Except(Counts)];

    /// <summary>Columns of table delay, but for what it is of.</summary>
    private static readonly string CountColumns = string.Join(", ", Counts.Select(NameOf));
    private static readonly string TimeColumns = string.Join(", ", Times.Select(each => $"{NameOf(each)}_ns"));

    /// <summary>Columns of what <see cref="FlowQueries.Delays"/> shows, in their order.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        .. "at, at_ms, domain, rule_set, entered_at, fromAddress, fromPort, toAddress, toPort, transType, direction".Split(", "),
        .. CountColumns.Split(", "),
        .. TimeColumns.Split(", "),
    ];

    private readonly long _collectionId;
    private readonly PreparedStatement _find;
    private readonly PreparedStatement _keep;
    private readonly PreparedStatement _add;

    /// <summary>Positions in a record, by direction.</summary>
    private readonly int[][] _counts;
    private readonly int[][] _times;

    public static string Step { get; } =
        $"""
            CREATE TABLE delay_total (
                flow_id INTEGER NOT NULL REFERENCES flow_record, direction INTEGER NOT NULL, {Declare(CountColumns)},
                PRIMARY KEY (flow_id, direction)) WITHOUT ROWID;
            CREATE TABLE delay (
                collection_id INTEGER NOT NULL REFERENCES collection, flow_id INTEGER NOT NULL REFERENCES flow_record, direction INTEGER NOT NULL,
                {Declare(CountColumns)}, {Declare(TimeColumns)},
                PRIMARY KEY (collection_id, flow_id, direction)) WITHOUT ROWID;
            CREATE INDEX delay_of_flow ON delay (flow_id);
            CREATE TRIGGER delay_of_flow AFTER DELETE ON flow_record BEGIN
                DELETE FROM delay WHERE flow_id = old.id; DELETE FROM delay_total WHERE flow_id = old.id; END;
            CREATE TRIGGER delay_of_collection AFTER DELETE ON collection BEGIN DELETE FROM delay WHERE collection_id = old.id; END;
            CREATE VIEW flow_delay AS
                SELECT collection.at_ms, point.domain, flow.rule_set, point.name AS entered_at,
                    iif(delay.direction = {To}, flow.sourcePeerAddress, flow.destPeerAddress) AS fromAddress,
                    iif(delay.direction = {To}, flow.sourceTransAddress, flow.destTransAddress) AS fromPort,
                    iif(delay.direction = {To}, flow.destPeerAddress, flow.sourcePeerAddress) AS toAddress,
                    iif(delay.direction = {To}, flow.destTransAddress, flow.sourceTransAddress) AS toPort,
                    flow.sourceTransType AS transType, iif(delay.direction = {To}, 'to', 'from') AS direction,
                    {CountColumns}, {TimeColumns}
                FROM delay JOIN collection ON collection.id = delay.collection_id JOIN flow ON flow.id = delay.flow_id
                    JOIN epoch ON epoch.id = flow.epoch_id LEFT JOIN metering_point AS point ON point.meter_id = epoch.meter_id;
            """;

    /// <param name="attributes">What the collection's records have, results of delay among them.</param>
    public FlowDelays(SqliteConnection connection, long collectionId, ImmutableArray<FlowAttribute> attributes)
    {
        _collectionId = collectionId;
        _counts = [At(Counts, 0), At(Counts, 1)];
        _times = [At(Times, 0), At(Times, 1)];
        _find = new(connection, $"SELECT {CountColumns} FROM delay_total WHERE flow_id = ?1 AND direction = ?2");
        _keep = new(connection, $"INSERT OR REPLACE INTO delay_total VALUES (?1, ?2, {Places(3, Counts.Length)})");
        _add = new(connection, $"INSERT OR REPLACE INTO delay VALUES (?1, ?2, ?3, {Places(4, Counts.Length + Times.Length)})");

        int[] At(FlowAttribute[] wanted, int direction) => [.. wanted.Select(each => attributes.IndexOf((FlowAttribute)((int)each + direction)))];
    }

    /// <summary>True where records have such results.</summary>
    public static bool IsIn(ImmutableArray<FlowAttribute> attributes) => DelayStatistics.All.All(attributes.Contains);

    /// <summary>Notes what became known since the last collection, if anything did.</summary>
    public void Write(long flow, FlowRecord record)
    {
        for (var direction = To; direction <= From; direction++)
            Write(flow, direction, record.Values);
    }

    public void Dispose()
    {
        _find.Dispose();
        _keep.Dispose();
        _add.Dispose();
    }

    private void Write(long flow, int direction, FlowValue[] values)
    {
        var at = _counts[direction - To];
        Span<long> before = stackalloc long[at.Length];
        Span<long> now = stackalloc long[at.Length];
        var isAny = false;
        for (var i = 0; i < at.Length; i++)
        {
            now[i] = (long)Math.Min(values[at[i]].Number, long.MaxValue);
            isAny |= now[i] != 0;
        }
        if (!isAny)
            return;
        before.Clear();
        _find.Bind(1, flow);
        _find.Bind(2, direction);
        if (_find.Step())
        {
            for (var i = 0; i < at.Length; i++)
                before[i] = _find.Int64(i);
        }
        _find.Reset();
        if (now.SequenceEqual(before))
            return;
        var isAnew = false;
        for (var i = 0; i < at.Length; i++)
            isAnew |= now[i] < before[i];
        Bind(_keep, 1, flow, direction);
        Bind(_add, 2, flow, direction);
        _add.Bind(1, _collectionId);
        for (var i = 0; i < at.Length; i++)
        {
            _keep.Bind(3 + i, now[i]);
            _add.Bind(4 + i, isAnew ? now[i] : now[i] - before[i]);
        }
        var times = _times[direction - To];
        for (var i = 0; i < times.Length; i++)
            _add.Bind(4 + at.Length + i, (long)values[times[i]].Number);
        Run(_keep);
        Run(_add);
    }

    private static void Bind(PreparedStatement statement, int first, long flow, int direction)
    {
        statement.Bind(first, flow);
        statement.Bind(first + 1, direction);
    }

    private static void Run(PreparedStatement statement)
    {
        statement.Step();
        statement.Reset();
    }

    /// <summary>toDelayPaired → paired.</summary>
    private static string NameOf(FlowAttribute to)
    {
        var name = FlowAttributes.Get(to).Name["toDelay".Length..];
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    private static string Declare(string columns) => string.Join(", ", columns.Split(", ").Select(each => $"{each} INTEGER NOT NULL"));

    private static string Places(int first, int count) => string.Join(", ", Enumerable.Range(first, count).Select(each => $"?{each}"));
}
