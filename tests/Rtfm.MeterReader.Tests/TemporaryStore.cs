using Microsoft.Data.Sqlite;
using Rtfm.MeterReader.Storage.Sqlite;

namespace Rtfm.MeterReader.Tests;

/// <summary>A store in a folder of its own, removed at the end.</summary>
internal sealed class TemporaryStore : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateDirectory(
        System.IO.Path.Combine(InMemory ?? System.IO.Path.GetTempPath(), $"rtfm-meterreader-{Guid.NewGuid():N}")
    );

    public TemporaryStore() => Store = new SqliteFlowStore(Path);

    /// <summary>Thousands of transactions are not to wait for a disk.</summary>
    private static string? InMemory => Directory.Exists("/dev/shm") ? "/dev/shm" : null;

    public string Path => System.IO.Path.Combine(_folder.FullName, "flows.db");

    public SqliteFlowStore Store { get; private set; }

    /// <summary>As after a restart of the program.</summary>
    public void Reopen()
    {
        Store.Dispose();
        Store = new SqliteFlowStore(Path);
    }

    /// <summary>Asks the database with the user's means.</summary>
    public List<object?[]> Query(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var row = command.ExecuteReader();
        var rows = new List<object?[]>();
        while (row.Read())
        {
            var values = new object[row.FieldCount];
            row.GetValues(values);
            rows.Add([.. values.Select(value => value is DBNull ? null : value)]);
        }
        return rows;
    }

    public long Number(string sql) => Convert.ToInt64(Query(sql)[0][0], System.Globalization.CultureInfo.InvariantCulture);

    public void Dispose()
    {
        Store.Dispose();
        _folder.Delete(recursive: true);
    }
}
