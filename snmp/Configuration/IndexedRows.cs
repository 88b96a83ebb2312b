using System.Collections;
using System.Collections.Immutable;
using System.Linq;
using Rtfm.Snmp.Ber;

namespace Rtfm.Snmp.Configuration;

/// <summary>A row that knows its index, as it stands behind a column's number in the name of an instance.</summary>
public interface IIndexedRow
{
    ObjectIdentifier Index { get; }
}

/// <summary>An immutable set of rows in the order of their indexes, whatever these are made of. Made for control tables: few rows, seldom changed.</summary>
public sealed class IndexedRows<TRow> : IReadOnlyCollection<TRow>
    where TRow : class, IIndexedRow
{
    private readonly ImmutableArray<ObjectIdentifier> _keys;
    private readonly ImmutableArray<TRow> _rows;

    private IndexedRows(ImmutableArray<ObjectIdentifier> keys, ImmutableArray<TRow> rows) => (_keys, _rows) = (keys, rows);

    public static IndexedRows<TRow> Empty { get; } = new([], []);

    public int Count => _keys.Length;

    /// <summary>The row of exactly that index, or null.</summary>
    public TRow? Find(ReadOnlySpan<uint> index) => At(index, out var at) ? _rows[at] : null;

    /// <summary>The first row whose index comes after that one, which may be empty.</summary>
    public TRow? Next(ReadOnlySpan<uint> after)
    {
        if (At(after, out var at) && !after.IsEmpty)
            at++;
        return at < _rows.Length ? _rows[at] : null;
    }

    /// <summary>The rows with this one added or put in place of the one that has its index.</summary>
    public IndexedRows<TRow> With(TRow row)
    {
        var key = row.Index;
        return At(key.Span, out var at) ? new(_keys, _rows.SetItem(at, row)) : new(_keys.Insert(at, key), _rows.Insert(at, row));
    }

    public IndexedRows<TRow> With(IEnumerable<TRow> rows) => rows.Aggregate(this, (all, row) => all.With(row));

    public IndexedRows<TRow> Without(ReadOnlySpan<uint> index) => At(index, out var at) ? new(_keys.RemoveAt(at), _rows.RemoveAt(at)) : this;

    public IEnumerator<TRow> GetEnumerator() => ((IEnumerable<TRow>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <returns>True where that index is there; <paramref name="at"/> is where it is, or belongs.</returns>
    private bool At(ReadOnlySpan<uint> index, out int at)
    {
        int low = 0,
            high = _keys.Length - 1;
        while (low <= high)
        {
            at = (low + high) / 2;
            var order = _keys[at].Span.CompareNames(index);
            if (order == 0)
                return true;
            if (order < 0)
                low = at + 1;
            else
                high = at - 1;
        }
        at = low;
        return false;
    }
}
