using Microsoft.Data.Sqlite;
using Rtfm.Model;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>Writes the flow records of one collection, within its transaction.</summary>
/// <remarks>
/// New flows and usage are inserted many at a time. A flow is looked for only where one of its index may be: the records come in the order of their indexes,
/// so a first collection finds nothing to look for.
/// </remarks>
internal sealed class FlowWriter : IDisposable
{
    // Columns of flow_record, from 0.
    private const int Id = 0;
    private const int Profile = 1;
    private const int Collection = 2;
    private const int FirstMs = 3;
    private const int LastActiveMs = 4;
    private const int FirstAttribute = 5;

    /// <summary>No address, mask or identifier is longer as text: three characters an octet.</summary>
    private const int LongestText = 3 * FlowDataPackage.LongestOctets;

    private readonly long _collectionId;
    private readonly long _oldestCollection;
    private readonly FlowIds _ids;
    private readonly FlowProfiles _profiles;
    private readonly PreparedStatement _find;
    private readonly PreparedStatement _remove;
    private readonly RowBatch _flows;
    private readonly RowBatch _usage;

    /// <summary>Null where nothing of it was asked for.</summary>
    private readonly RowBatch? _extensions;
    private readonly FlowDelays? _delays;
    private readonly (int At, int Column, AttributeInfo Attribute, bool IsText)[] _extensionColumns;

    /// <summary>Position in a record, column of flow_record, and whether it is text of the flow's own.</summary>
    private readonly (int At, int Column, AttributeInfo Attribute, bool IsOwn)[] _columns;
    private readonly int[] _counterAt;
    private readonly int _firstTimeAt;
    private readonly int _lastActiveAt;
    private readonly long _bootMs;
    private uint _lastIndex;

    public FlowWriter(SqliteConnection connection, long collectionId, FlowCollection collection)
    {
        _collectionId = collectionId;
        _bootMs = collection.BootTime.ToUnixTimeMilliseconds();
        _oldestCollection = SqliteDatabase.Number(connection, "SELECT min(id) FROM collection");
        _ids = new(connection, collection);
        _profiles = new(connection, collection);
        var attributes = collection.Attributes;
        _counterAt = [.. SqliteSchema.Counters.Select(each => attributes.IndexOf(each.Number))];
        _firstTimeAt = attributes.IndexOf(FlowAttribute.FirstTime);
        _lastActiveAt = attributes.IndexOf(FlowAttribute.LastActiveTime);
        var columns = SqliteSchema.RecordColumns;
        _columns =
        [
            .. columns
                .Select((each, i) => (attributes.IndexOf(each.Number), FirstAttribute + i, each, SqliteSchema.IsOwn(each)))
                .Where(each => each.Item1 >= 0),
        ];
        var names = string.Join(", ", columns.Select(each => each.Name));
        var counters = string.Join(", ", SqliteSchema.Counters.Select(each => each.Name));
        _find = new(
            connection,
            $"SELECT id, collection_id, firstTime, lastActiveTime, {counters} FROM flow_record WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC"
        );
        _remove = new(connection, "DELETE FROM flow_record WHERE id = ?1");
        _flows = new(
            connection,
            $"flow_record (id, profile_id, collection_id, first_ms, last_active_ms, {names})",
            FirstAttribute + columns.Count,
            SqliteSchema.OwnColumns.Count,
            LongestText
        );
        _usage = new(connection, $"usage (collection_id, flow_id, {counters})", 2 + _counterAt.Length);
        _delays = FlowDelays.IsIn(attributes) ? new(connection, collectionId, attributes) : null;
        AttributeInfo[] extension = [.. SqliteSchema.ExtensionColumns.Where(each => attributes.Contains(each.Number))];
        _extensionColumns = [.. extension.Select((each, i) => (attributes.IndexOf(each.Number), 1 + i, each, SqliteSchema.IsText(each)))];
        if (extension.Length > 0)
        {
            var table = $"extension (flow_id, {string.Join(", ", extension.Select(each => each.Name))})";
            _extensions = new(connection, table, 1 + extension.Length, extension.Length, FlowText.LongestDistribution);
        }
    }

    public int Flows { get; private set; }

    public int AbsurdCounters { get; private set; }

    /// <summary>Replaces the flow, or adds it, and notes what its counters grew by.</summary>
    public void Write(FlowRecord record)
    {
        Flows++;
        // What waits to be inserted cannot be found: that matters only where an index comes again, or out of order.
        if (record.Index <= _lastIndex)
            Flush();
        _lastIndex = record.Index;
        Span<ulong> before = stackalloc ulong[_counterAt.Length];
        Span<long> usage = stackalloc long[_counterAt.Length];
        var firstTime = (long)record.Values[_firstTimeAt].Number;
        var lastActive = (long)record.Values[_lastActiveAt].Number;
        var known = Find(record.Index, firstTime, before, out var newest);
        var isUsed = Compare(record, before, usage);
        if (known.Id == 0)
        {
            if (newest.Id != 0)
                RemoveIfUnused(newest);
            known = new(_ids.Next(record.Index, newest.Id), _collectionId, lastActive);
            Add(known.Id, _collectionId, record);
        }
        else if (isUsed || lastActive != known.LastActive || _extensions is not null)
        {
            // The new row takes the place of the old one.
            Add(known.Id, isUsed ? _collectionId : known.Collection, record);
        }
        _delays?.Write(known.Id, record);
        if (!isUsed)
            return;
        _usage.Set(0, _collectionId);
        _usage.Set(1, known.Id);
        for (var i = 0; i < usage.Length; i++)
            _usage.Set(2 + i, usage[i]);
        _usage.EndRow();
    }

    /// <summary>Inserts what is still waiting. Without it a collection is not complete.</summary>
    public void Flush()
    {
        _flows.Flush();
        _usage.Flush();
        _extensions?.Flush();
    }

    public void Dispose()
    {
        _find.Dispose();
        _remove.Dispose();
        _flows.Dispose();
        _usage.Dispose();
        _extensions?.Dispose();
        _delays?.Dispose();
    }

    private readonly record struct Known(long Id, long Collection, long LastActive);

    /// <summary>Looks for the flow among those that have or had its index.</summary>
    /// <param name="newest">The flow that the index was last given to.</param>
    private Known Find(uint index, long firstTime, Span<ulong> counters, out Known newest)
    {
        newest = default;
        foreach (var extent in _ids.ExtentsOf(index))
        {
            var first = extent.First(index);
            if (first > extent.LargestId)
                continue;
            _find.Bind(1, first);
            _find.Bind(2, first | FlowIds.LastGeneration);
            while (_find.Step())
            {
                var flow = new Known(_find.Int64(0), _find.Int64(1), _find.Int64(3));
                if (newest.Id == 0)
                    newest = flow;
                var begun = _find.Int64(2);
                if (begun == firstTime)
                {
                    for (var i = 0; i < counters.Length; i++)
                        counters[i] = (ulong)_find.Int64(4 + i);
                    _find.Reset();
                    return flow;
                }
                // Whoever has an index later began later, unless the Uptime rolled over or the meter lies.
                if (begun < firstTime)
                {
                    _find.Reset();
                    return default;
                }
            }
        }
        return default;
    }

    /// <summary>The index has a new flow, so the one before is over: it stays as long as there is usage of it.</summary>
    private void RemoveIfUnused(Known flow)
    {
        if (flow.Collection >= _oldestCollection)
            return;
        _remove.Bind(1, flow.Id);
        _remove.Step();
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

    private void Add(long id, long collection, FlowRecord record)
    {
        var values = record.Values;
        _flows.Set(Id, id);
        _flows.Set(Profile, _profiles.Find(record));
        _flows.Set(Collection, collection);
        _flows.Set(FirstMs, _bootMs + (long)values[_firstTimeAt].Number * 10);
        _flows.Set(LastActiveMs, _bootMs + (long)values[_lastActiveAt].Number * 10);
        foreach (var (at, column, attribute, isOwn) in _columns)
        {
            var value = values[at];
            if (!isOwn)
                _flows.Set(column, (long)value.Number);
            else if (value.Octets.ContainsAnyExcept((byte)0))
                _flows.SetText(column, FlowText.Format(attribute, value, _flows.TextRoomLeft));
        }
        _flows.EndRow();
        if (_extensions is not null)
            AddExtension(_extensions, id, values);
    }

    private void AddExtension(RowBatch extensions, long id, FlowValue[] values)
    {
        extensions.Set(0, id);
        foreach (var (at, column, attribute, isText) in _extensionColumns)
        {
            var value = values[at];
            if (!isText)
                extensions.Set(column, (long)value.Number);
            // NEW-10: empty where the flow has no such distribution.
            else if (!value.Octets.IsEmpty && FlowText.Format(attribute, value, extensions.TextRoomLeft) is var length and >= 0)
                extensions.SetText(column, length);
        }
        extensions.EndRow();
    }
}
