using Microsoft.Data.Sqlite;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>Rows for one table, new or in the place of others, many with each statement: half the time of one by one.</summary>
/// <remarks>A value that is what the same place held in the batch before is not bound again.</remarks>
internal sealed unsafe class RowBatch : IDisposable
{
    /// <summary>SQLite before 3.32 has no more than 999 parameters.</summary>
    private const int MostParameters = 990;
    private const int MostRows = 32;

    /// <summary>Room for texts: rows full of the longest. They are seldom as long, so most batches fill up.</summary>
    private const int RowsOfLongTexts = 5;

    private enum Kind : byte
    {
        Null,
        Number,
        Text,
    }

    private readonly struct Cell(Kind kind, long number, int length)
    {
        public readonly long Number = number;
        public readonly int Length = length;
        public readonly Kind Kind = kind;

        /// <summary>False for texts, whose octets may be others in the same place.</summary>
        public bool IsSameNumber(in Cell other) => Number == other.Number && Kind == other.Kind && Kind != Kind.Text;
    }

    private readonly int _columns;
    private readonly int _rows;
    private readonly PreparedStatement _many;
    private readonly PreparedStatement _one;
    private readonly Cell[] _cells;
    private readonly Cell[] _bound;

    // Pinned: SQLite reads the texts of a batch where they are.
    private readonly byte[] _text;
    private readonly int _longestText;
    private readonly int _textsInRow;
    private int _textUsed;
    private int _count;

    /// <param name="table">The table, and its columns in parentheses.</param>
    /// <param name="textsInRow">The most texts that a row has.</param>
    /// <param name="longestText">The longest of them.</param>
    public RowBatch(SqliteConnection connection, string table, int columns, int textsInRow = 0, int longestText = 0)
    {
        (_columns, _textsInRow, _longestText) = (columns, textsInRow, longestText);
        _text = GC.AllocateUninitializedArray<byte>(RowsOfLongTexts * textsInRow * longestText, pinned: true);
        _rows = Math.Min(MostRows, MostParameters / columns);
        _cells = new Cell[_rows * columns];
        _bound = new Cell[_rows * columns];
        var row = $"(?{string.Concat(Enumerable.Repeat(", ?", columns - 1))})";
        _one = new(connection, $"INSERT OR REPLACE INTO {table} VALUES {row}");
        _many = new(connection, $"INSERT OR REPLACE INTO {table} VALUES {string.Join(", ", Enumerable.Repeat(row, _rows))}");
    }

    /// <summary>Sets a number in the row being filled; columns count from 0, and are null unless set.</summary>
    public void Set(int column, long value) => _cells[_count * _columns + column] = new(Kind.Number, value, 0);

    /// <summary>Room for a text; say with <see cref="SetText"/> how much of it was used.</summary>
    public Span<byte> TextRoomLeft => _text.AsSpan(_textUsed, _longestText);

    /// <summary>Sets a text that was written to <see cref="TextRoomLeft"/>.</summary>
    public void SetText(int column, int length)
    {
        _cells[_count * _columns + column] = new(Kind.Text, _textUsed, length);
        _textUsed += length;
    }

    /// <summary>The row is complete.</summary>
    public void EndRow()
    {
        _count++;
        if (_count == _rows)
            InsertMany();
        else if (_text.Length - _textUsed < _textsInRow * _longestText)
            Flush();
    }

    /// <summary>Inserts what is still waiting.</summary>
    public void Flush()
    {
        for (var row = 0; row < _count; row++)
        {
            for (var column = 0; column < _columns; column++)
                Bind(_one, column + 1, _cells[row * _columns + column]);
            _one.Step();
        }
        Clear();
    }

    public void Dispose()
    {
        _one.Dispose();
        _many.Dispose();
    }

    private void InsertMany()
    {
        for (var i = 0; i < _cells.Length; i++)
        {
            ref readonly var cell = ref _cells[i];
            if (cell.IsSameNumber(_bound[i]))
                continue;
            Bind(_many, i + 1, cell);
            _bound[i] = cell;
        }
        _many.Step();
        Clear();
    }

    private void Clear()
    {
        _cells.AsSpan(0, Math.Min(_count, _rows) * _columns).Clear();
        (_count, _textUsed) = (0, 0);
    }

    private void Bind(PreparedStatement statement, int number, in Cell cell)
    {
        switch (cell.Kind)
        {
            case Kind.Number:
                statement.Bind(number, cell.Number);
                break;
            case Kind.Text:
                // The array is pinned for its life, and the text lies within it: SetText took it from there.
                fixed (byte* text = &_text[cell.Number])
                    statement.Bind(number, text, cell.Length);
                break;
            default:
                statement.BindNull(number);
                break;
        }
    }
}
