using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>Opens the database file, with the system's SQLite where there is one: it is newer than the bundled library, and kept up to date.</summary>
internal static class SqliteDatabase
{
    private const int BusyTimeoutSeconds = 30;

    static SqliteDatabase()
    {
        // The provider and we ask for "e_sqlite3"; whoever resolves the name decides what it gets. 0: the bundled one.
        DllImportResolver systems = (name, assembly, path) =>
            name == "e_sqlite3" && NativeLibrary.TryLoad("libsqlite3.so.0", out var handle) ? handle : 0;
        NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, systems);
        NativeLibrary.SetDllImportResolver(typeof(SqliteNative).Assembly, systems);
        SQLitePCL.Batteries_V2.Init();
        // Each connection is used by one thread at a time: no mutex is taken for each value. Refused where SQLite is in use already, which is as good.
        _ = SQLitePCL.raw.sqlite3_config(SQLitePCL.raw.SQLITE_CONFIG_MULTITHREAD);
    }

    /// <summary>Opens for writing; makes the file, or brings it to this program's schema.</summary>
    /// <exception cref="StoreException">It cannot be opened, is no database of ours, or a newer program's.</exception>
    public static SqliteConnection OpenForWriting(string path) =>
        Open(
            path,
            SqliteOpenMode.ReadWriteCreate,
            connection =>
            {
                // Before the first table, or it has no effect: freed pages can be given back to the system bit by bit.
                Execute(connection, "PRAGMA auto_vacuum = INCREMENTAL");
                var version = CheckVersion(connection, path);
                Execute(connection, "PRAGMA journal_mode = WAL");
                // The meter lets go of flows once we have told it so: what is written must outlast a power failure.
                Execute(connection, "PRAGMA synchronous = FULL");
                Execute(connection, "PRAGMA cache_size = -65536");
                Execute(connection, "PRAGMA journal_size_limit = 67108864");
                Migrate(connection, version, path);
            }
        );

    /// <summary>Opens for questions; changes nothing.</summary>
    /// <exception cref="StoreException">There is no such file, or it is no database of this program's version.</exception>
    public static SqliteConnection OpenForReading(string path)
    {
        if (!File.Exists(path))
            throw new StoreException($"{path}: no such database. Collect first, or name another with --store.");
        return Open(
            path,
            SqliteOpenMode.ReadOnly,
            connection =>
            {
                var version = CheckVersion(connection, path);
                if (version < SqliteSchema.Steps.Count)
                    throw new StoreException(
                        $"{path}: made by an older rtfm-meterreader. Start the new one's service, or collect once, to bring it up to date."
                    );
                Execute(connection, "PRAGMA cache_size = -65536");
            }
        );
    }

    public static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    public static long Number(SqliteConnection connection, string sql) => Convert.ToInt64(Scalar(connection, sql), CultureInfo.InvariantCulture);

    private static SqliteConnection Open(string path, SqliteOpenMode mode, Action<SqliteConnection> prepare)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder
            {
                DataSource = path,
                Mode = mode,
                DefaultTimeout = BusyTimeoutSeconds,
                // Said for the bundled library, which would check them: rows of a batch come before those that they refer to.
                ForeignKeys = false,
                Pooling = false,
            }.ToString()
        );
        try
        {
            if (mode == SqliteOpenMode.ReadWriteCreate && Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
                Directory.CreateDirectory(folder);
            connection.Open();
            prepare(connection);
            return connection;
        }
        catch (Exception fault)
        {
            connection.Dispose();
            if (fault is SqliteException or IOException or UnauthorizedAccessException)
                throw new StoreException($"{path}: cannot be used as a database: {fault.Message}", fault);
            throw;
        }
    }

    private static int CheckVersion(SqliteConnection connection, string path)
    {
        var version = (int)Number(connection, "PRAGMA user_version");
        var isOurs = Number(connection, "PRAGMA application_id") == SqliteSchema.ApplicationId;
        if (!isOurs && (version > 0 || Number(connection, "SELECT count(*) FROM sqlite_master") > 0))
            throw new StoreException($"{path}: a database of another program. Name another file.");
        if (version > SqliteSchema.Steps.Count)
            throw new StoreException(
                $"{path}: made by a newer rtfm-meterreader (schema {version}; this program knows up to {SqliteSchema.Steps.Count})"
            );
        return version;
    }

    private static void Migrate(SqliteConnection connection, int version, string path)
    {
        while (version < SqliteSchema.Steps.Count)
        {
            using var transaction = connection.BeginTransaction();
            // Another process may have been faster.
            version = CheckVersion(connection, path);
            if (version < SqliteSchema.Steps.Count)
                Execute(connection, $"{SqliteSchema.Steps[version]} PRAGMA user_version = {++version};");
            transaction.Commit();
        }
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
