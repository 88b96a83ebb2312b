using System.Runtime.InteropServices;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>The few functions of SQLite that are called many times for each record, without the provider's handles and conversions between.</summary>
/// <remarks>
/// Binding through SQLitePCL takes some 50 ns, through these 5 to 10; a record binds more than twenty values. Those without transition return at once,
/// call nothing back and never wait: the connection is used by one thread, and has no mutex.
/// </remarks>
internal static unsafe partial class SqliteNative
{
    private const string Library = "e_sqlite3";

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    [SuppressGCTransition]
    public static partial int BindInt64(nint statement, int number, long value);

    /// <param name="destructor">0: SQLite reads the text where it is, until the statement has been executed.</param>
    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    [SuppressGCTransition]
    public static partial int BindText(nint statement, int number, byte* text, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null")]
    [SuppressGCTransition]
    public static partial int BindNull(nint statement, int number);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    [SuppressGCTransition]
    public static partial long ColumnInt64(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    /// <remarks>Its code is that of the execution before: <see cref="Step"/> said it already.</remarks>
    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    public static partial void Reset(nint statement);
}
