using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>A statement that is executed once for each of many records: SQLite's own interface, without the parameter objects of ADO.NET.</summary>
/// <remarks>Values are bound by number, from 1, and stay bound over executions until others take their place.</remarks>
internal sealed class PreparedStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public PreparedStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(_database, sql, out _statement), _database);
    }

    public void Bind(int number, long value) => raw.sqlite3_bind_int64(_statement, number, value);

    public void Bind(int number, string text) => raw.sqlite3_bind_text(_statement, number, text);

    /// <summary>Executes up to the next row.</summary>
    /// <returns>False where there is none; the statement is then ready to be used again.</returns>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW)
            return true;
        raw.sqlite3_reset(_statement);
        if (code != raw.SQLITE_DONE)
            SqliteException.ThrowExceptionForRC(code, _database);
        return false;
    }

    /// <summary>A value of the row, by column from 0.</summary>
    public long Int64(int column) => raw.sqlite3_column_int64(_statement, column);

    public void Reset() => raw.sqlite3_reset(_statement);

    public void Dispose() => _statement.Dispose();
}
