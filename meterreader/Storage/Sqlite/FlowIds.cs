using Microsoft.Data.Sqlite;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>Makes a flow's id in the store out of which flow it is, so that the table needs no index beside its key.</summary>
/// <remarks>
/// <code>
/// 63 … 32  extent       65,536 flow indexes of one rule set in one life of a meter: a row of table extent
/// 31 … 16  index        the lower half of the flow index; the upper half is the extent's
/// 15 …  0  generation   which of the flows that the meter gave this index to, one after the other
/// </code>
/// An index that has been used 65,536 times goes on in another extent.
/// </remarks>
internal sealed class FlowIds
{
    public const long LastGeneration = 0xFFFF;

    private readonly SqliteConnection _connection;
    private readonly FlowCollection _collection;

    /// <summary>By the upper half of the flow index, the newest extent first, each with the largest id in it.</summary>
    private readonly Dictionary<uint, List<Extent>> _extents = [];

    private (uint Page, List<Extent> Extents) _latest = (uint.MaxValue, []);

    public FlowIds(SqliteConnection connection, FlowCollection collection)
    {
        (_connection, _collection) = (connection, collection);
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT id, page, (SELECT max(id) FROM flow_record WHERE id BETWEEN extent.id << 32 AND (extent.id << 32 | {uint.MaxValue}))
            FROM extent WHERE epoch_id = {collection.Epoch.Id} AND rule_set = {collection.RuleSet} ORDER BY id DESC
            """;
        using var row = command.ExecuteReader();
        while (row.Read())
            Page((uint)row.GetInt64(1)).Add(new(row.GetInt64(0)) { LargestId = row.IsDBNull(2) ? 0 : row.GetInt64(2) });
    }

    /// <summary>A part of the id space, and how far it is used.</summary>
    internal sealed class Extent(long id)
    {
        public long LargestId { get; set; }

        /// <summary>The id of the first flow of that index here.</summary>
        public long First(uint index) => id << 32 | (long)(index & 0xFFFF) << 16;
    }

    /// <summary>Where flows of that index may be, the newest first.</summary>
    public List<Extent> ExtentsOf(uint index) => Page(index >> 16);

    /// <summary>An id for a new flow.</summary>
    /// <param name="newest">The id of the flow that has the index so far; 0: none.</param>
    public long Next(uint index, long newest)
    {
        var page = Page(index >> 16);
        if (page.Count == 0 || (newest & LastGeneration) == LastGeneration)
            page.Insert(0, MakeExtent(index >> 16));
        var extent = page[0];
        var first = extent.First(index);
        var id = newest >= first ? newest + 1 : first;
        extent.LargestId = Math.Max(extent.LargestId, id);
        return id;
    }

    private List<Extent> Page(uint page)
    {
        if (page == _latest.Page)
            return _latest.Extents;
        if (!_extents.TryGetValue(page, out var extents))
            _extents.Add(page, extents = []);
        _latest = (page, extents);
        return extents;
    }

    private Extent MakeExtent(uint page)
    {
        SqliteDatabase.Execute(
            _connection,
            $"INSERT INTO extent (epoch_id, rule_set, page) VALUES ({_collection.Epoch.Id}, {_collection.RuleSet}, {page})"
        );
        return new(SqliteDatabase.Number(_connection, "SELECT last_insert_rowid()"));
    }
}
