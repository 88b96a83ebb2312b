using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Control.Reading;

/// <summary>Reads one column of a small table with a single index: rule sets, readers, tasks, the rules of one set.</summary>
public sealed class ColumnWalk : IVarBindSink
{
    /// <summary>A control table with more rows than this is not believed.</summary>
    private const int UsualMaxRows = 10_000;

    private const int RowsPerRequest = 50;

    private readonly IMeterSession _meter;
    private readonly ObjectIdentifier _column;
    private readonly int _maxRows;
    private readonly SortedDictionary<uint, SnmpValue> _cells = [];
    private ObjectIdentifier _last;
    private bool _isAtEnd;

    private ColumnWalk(IMeterSession meter, ObjectIdentifier column, int maxRows)
    {
        (_meter, _column, _maxRows) = (meter, column, maxRows);
        _last = column;
    }

    /// <summary>The cells by index.</summary>
    /// <exception cref="CollectionException">The meter's table has no end, or goes backwards.</exception>
    public static async Task<SortedDictionary<uint, SnmpValue>> ReadAsync(
        IMeterSession meter,
        ObjectIdentifier column,
        CancellationToken cancellationToken,
        int maxRows = UsualMaxRows
    )
    {
        var walk = new ColumnWalk(meter, column, maxRows);
        while (!walk._isAtEnd)
        {
            if (!await meter.NextAsync([walk._last], RowsPerRequest, walk, cancellationToken).ConfigureAwait(false))
                break;
        }
        return walk._cells;
    }

    public bool Accept(ReadOnlySpan<uint> name, BerTag tag, ReadOnlySpan<byte> content)
    {
        if (tag == BerTag.EndOfMibView || !_column.IsPrefixOf(name))
        {
            _isAtEnd = true;
            return false;
        }
        if (name.CompareNames(_last.Span) <= 0)
            throw new CollectionException($"{_meter.Name}: its table {_column} goes backwards after {_last}");
        _last = new ObjectIdentifier(name);
        if (name.Length == _column.Length + 1 && SnmpValue.TryRead(tag, content, out var value))
            _cells[name[^1]] = value;
        if (_cells.Count > _maxRows)
            throw new CollectionException($"{_meter.Name}: its table {_column} has more than {_maxRows} rows");
        return true;
    }
}
