using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>A statement that is executed once for each of many records: SQLite's own interface, without the parameter objects of ADO.NET.</summary>
/// <remarks>Values are bound by number, from 1, and stay bound over executions until others take their place.</remarks>
internal sealed class PreparedStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly nint _handle;

    public PreparedStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(_database, sql, out _statement), _database);
        _handle = _statement.DangerousGetHandle();
    }

    public void Bind(int number, long value) => Check(SqliteNative.BindInt64(_handle, number, value));

    /// <summary>Binds text that stays where it is, pinned, until the statement has been executed.</summary>
    public unsafe void Bind(int number, byte* text, int length) => Check(SqliteNative.BindText(_handle, number, text, length, destructor: 0));

    public void BindNull(int number) => Check(SqliteNative.BindNull(_handle, number));

    /// <summary>Executes up to the next row.</summary>
    /// <returns>False where there is none; the statement is then ready to be used again.</returns>
    public bool Step()
    {
        var code = SqliteNative.Step(_handle);
        if (code == raw.SQLITE_ROW)
            return true;
        SqliteNative.Reset(_handle);
        if (code != raw.SQLITE_DONE)
            SqliteException.ThrowExceptionForRC(code, _database);
        return false;
    }

    /// <summary>A value of the row, by column from 0.</summary>
    public long Int64(int column) => SqliteNative.ColumnInt64(_handle, column);

    public void Reset() => SqliteNative.Reset(_handle);

    public void Dispose() => _statement.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            SqliteException.ThrowExceptionForRC(code, _database);
    }
}
