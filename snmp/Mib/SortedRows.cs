using System.Collections;
using System.Collections.Immutable;

namespace Rtfm.Snmp.Mib;

/// <summary>An immutable set of rows under one integer index, in its order. Made for control tables: few rows, seldom changed.</summary>
public sealed class SortedRows<TRow> : IReadOnlyCollection<KeyValuePair<uint, TRow>>
    where TRow : class
{
    private readonly ImmutableArray<uint> _keys;
    private readonly ImmutableArray<TRow> _rows;

    private SortedRows(ImmutableArray<uint> keys, ImmutableArray<TRow> rows) => (_keys, _rows) = (keys, rows);

    public static SortedRows<TRow> Empty { get; } = new([], []);

    public int Count => _keys.Length;

    /// <summary>The row of that index, or null.</summary>
    public TRow? Find(uint key) => _keys.BinarySearch(key) is >= 0 and var at ? _rows[at] : null;

    /// <summary>The first row whose index is greater than <paramref name="key"/>.</summary>
    public bool TryNext(uint key, out uint next, out TRow row)
    {
        var at = _keys.BinarySearch(key);
        return TryAt(at >= 0 ? at + 1 : ~at, out next, out row);
    }

    public bool TryFirst(out uint first, out TRow row) => TryAt(0, out first, out row);

    /// <summary>The rows with this one added or put in place of the one that has its index.</summary>
    public SortedRows<TRow> With(uint key, TRow row)
    {
        var at = _keys.BinarySearch(key);
        return at >= 0 ? new(_keys, _rows.SetItem(at, row)) : new(_keys.Insert(~at, key), _rows.Insert(~at, row));
    }

    public SortedRows<TRow> Without(uint key)
    {
        var at = _keys.BinarySearch(key);
        return at >= 0 ? new(_keys.RemoveAt(at), _rows.RemoveAt(at)) : this;
    }

    /// <summary>Every row as <paramref name="change"/> returns it; a row is removed where that is null.</summary>
    public SortedRows<TRow> Select(Func<uint, TRow, TRow?> change)
    {
        var rows = this;
        foreach (var (key, row) in this)
        {
            var changed = change(key, row);
            if (changed is null)
                rows = rows.Without(key);
            else if (!ReferenceEquals(changed, row))
                rows = rows.With(key, changed);
        }
        return rows;
    }

    public IEnumerator<KeyValuePair<uint, TRow>> GetEnumerator()
    {
        for (var i = 0; i < _keys.Length; i++)
            yield return new(_keys[i], _rows[i]);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private bool TryAt(int at, out uint key, out TRow row)
    {
        if (at < _keys.Length)
        {
            (key, row) = (_keys[at], _rows[at]);
            return true;
        }
        (key, row) = (0, null!);
        return false;
    }
}
