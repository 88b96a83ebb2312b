using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Snmp.Mib;

/// <summary>How a table finds its rows in the state, and puts them back.</summary>
public abstract class TableRows<TState, TRow>
    where TState : class
    where TRow : class
{
    /// <summary>The row of exactly that index, or null.</summary>
    public abstract TRow? Find(TState state, ReadOnlySpan<uint> index);

    /// <summary>The first row whose index comes after <paramref name="after"/>, which may be empty, cut short or too long.</summary>
    public abstract TRow? Next(TState state, ReadOnlySpan<uint> after, ref OidBuffer index);

    /// <summary>The state with the row in its place; without it where <paramref name="row"/> is null.</summary>
    public virtual TState With(TState state, ReadOnlySpan<uint> index, TRow? row) => throw new NotSupportedException("a table that cannot be set");

    /// <summary>Could a row of that index ever exist? Otherwise a SET is answered with noCreation.</summary>
    public virtual bool IsPossible(ReadOnlySpan<uint> index) => index.Length == 1 && index[0] is >= 1 and <= int.MaxValue;
}

/// <summary>Rows under one integer index.</summary>
public sealed class SingleIndexRows<TState, TRow>(Func<TState, SortedRows<TRow>> get, Func<TState, SortedRows<TRow>, TState>? set = null)
    : TableRows<TState, TRow>
    where TState : class
    where TRow : class
{
    public override TRow? Find(TState state, ReadOnlySpan<uint> index) => index.Length == 1 ? get(state).Find(index[0]) : null;

    public override TRow? Next(TState state, ReadOnlySpan<uint> after, ref OidBuffer index)
    {
        uint key;
        TRow row;
        var found = after.IsEmpty ? get(state).TryFirst(out key, out row) : get(state).TryNext(after[0], out key, out row);
        if (!found)
            return null;
        index.TrySet([key]);
        return row;
    }

    public override TState With(TState state, ReadOnlySpan<uint> index, TRow? row)
    {
        var rows = get(state);
        return set!(state, row is null ? rows.Without(index[0]) : rows.With(index[0], row));
    }
}

/// <summary>Rows that know their indexes, whatever these are made of.</summary>
/// <param name="make">A new row of that index; null where there can be none.</param>
internal sealed class IndexedTableRows<TState, TRow>(
    Func<TState, IndexedRows<TRow>> get,
    Func<TState, IndexedRows<TRow>, TState> set,
    CreateRow<TRow> make
) : TableRows<TState, TRow>
    where TState : class
    where TRow : class, IIndexedRow
{
    public override TRow? Find(TState state, ReadOnlySpan<uint> index) => get(state).Find(index);

    public override TRow? Next(TState state, ReadOnlySpan<uint> after, ref OidBuffer index)
    {
        var row = get(state).Next(after);
        if (row is not null)
            index.TrySet(row.Index.Span);
        return row;
    }

    public override TState With(TState state, ReadOnlySpan<uint> index, TRow? row) =>
        set(state, row is null ? get(state).Without(index) : get(state).With(row));

    public override bool IsPossible(ReadOnlySpan<uint> index) => make(index) is not null;
}
