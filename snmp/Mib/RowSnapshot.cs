using Rtfm.Snmp.Ber;

namespace Rtfm.Snmp.Mib;

/// <summary>The rows of a table at one moment, in the order of their indexes. Whoever holds it may read as long as he likes: it never changes.</summary>
public sealed class RowSnapshot<TRow>
{
    private readonly uint[][] _indexes;
    private readonly TRow[] _rows;

    /// <param name="rows">In any order. Where two have the same index, the first one counts.</param>
    public RowSnapshot(IEnumerable<(uint[] Index, TRow Row)> rows)
    {
        var sorted = new SortedList<uint[], TRow>(Comparer<uint[]>.Create((left, right) => new ReadOnlySpan<uint>(left).CompareNames(right)));
        foreach (var (index, row) in rows)
            sorted.TryAdd(index, row);
        (_indexes, _rows) = ([.. sorted.Keys], [.. sorted.Values]);
    }

    /// <summary>The only row, whose index is 0: the instance of scalar objects (RFC 2578 §7).</summary>
    public RowSnapshot(TRow row) =>
        (_indexes, _rows) = (
            [
                [0],
            ],
            [row]
        );

    public static RowSnapshot<TRow> Empty { get; } = new([]);

    public int Count => _rows.Length;

    public ReadOnlySpan<TRow> Rows => _rows;

    public TRow this[int position] => _rows[position];

    public ReadOnlySpan<uint> IndexAt(int position) => _indexes[position];

    /// <summary>The position of the row of exactly that index; negative where there is none.</summary>
    public int Find(ReadOnlySpan<uint> index)
    {
        var next = After(index);
        return next > 0 && index.SequenceEqual(_indexes[next - 1]) ? next - 1 : -1;
    }

    /// <summary>The position of the first row after the index, which may be empty, cut short or too long; <see cref="Count"/> where none follows.</summary>
    public int After(ReadOnlySpan<uint> index)
    {
        int low = 0,
            high = _rows.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (index.CompareNames(_indexes[middle]) >= 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
