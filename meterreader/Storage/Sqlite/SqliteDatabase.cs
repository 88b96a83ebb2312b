using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>Opens the database file, with the system's SQLite where there is one: it is newer than the bundled library.</summary>
internal static class SqliteDatabase
{
    static SqliteDatabase()
    {
        // The provider asks for "e_sqlite3"; a name server for native libraries answers with the system's.
        NativeLibrary.SetDllImportResolver(
            typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly,
            (name, assembly, path) => name == "e_sqlite3" && NativeLibrary.TryLoad("libsqlite3.so.0", out var handle) ? handle : 0
        );
        SQLitePCL.Batteries_V2.Init();
    }

    /// <exception cref="StoreException">It cannot be opened or is no database.</exception>
    public static SqliteConnection Open(string path, bool isReader)
    {
        if (isReader && !File.Exists(path))
            throw new StoreException($"{path}: no such database. Collect first, or name another with --store.");
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder
            {
                DataSource = path,
                Mode = isReader ? SqliteOpenMode.ReadWrite : SqliteOpenMode.ReadWriteCreate,
                DefaultTimeout = 30,
                Pooling = false,
            }.ToString()
        );
        try
        {
            if (!isReader && Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
                Directory.CreateDirectory(folder);
            connection.Open();
            SqliteSchema.Scalar(connection, "PRAGMA journal_mode = WAL");
            SqliteSchema.Scalar(connection, "PRAGMA synchronous = NORMAL");
            SqliteSchema.Scalar(connection, "PRAGMA cache_size = -65536");
            SqliteSchema.Migrate(connection, path);
            return connection;
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            connection.Dispose();
            throw new StoreException($"{path}: cannot be used as a database: {fault.Message}", fault);
        }
    }
}
