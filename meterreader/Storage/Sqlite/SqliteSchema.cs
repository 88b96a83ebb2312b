using System.Globalization;
using Microsoft.Data.Sqlite;
using Rtfm.MeterReader.Collection;
using Rtfm.Model;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>The tables, and the steps from each version of them to the next. Steps are only ever added.</summary>
/// <remarks>
/// Addresses are text, as people and their SQL write them; Uptimes are kept beside wall-clock times, which are milliseconds since 1970. Counters are
/// 64 bits; above 2^63 they show as negative numbers.
/// </remarks>
internal static class SqliteSchema
{
    private static readonly string[] Steps =
    [
        $"""
            CREATE TABLE meter (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
            CREATE TABLE epoch (
                id INTEGER PRIMARY KEY, meter_id INTEGER NOT NULL REFERENCES meter, engine_id TEXT NOT NULL, engine_boots INTEGER NOT NULL,
                boot_ms INTEGER NOT NULL, last_uptime INTEGER NOT NULL);
            CREATE INDEX epoch_of_meter ON epoch (meter_id, id);
            CREATE TABLE bookmark (
                epoch_id INTEGER NOT NULL REFERENCES epoch, rule_set INTEGER NOT NULL, last_time INTEGER NOT NULL,
                PRIMARY KEY (epoch_id, rule_set)) WITHOUT ROWID;
            CREATE TABLE collection (
                id INTEGER PRIMARY KEY, epoch_id INTEGER NOT NULL REFERENCES epoch, rule_set INTEGER NOT NULL, rule_set_name TEXT NOT NULL,
                at_ms INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, flows INTEGER NOT NULL);
            CREATE INDEX collection_at ON collection (at_ms);
            CREATE TABLE flow (
                id INTEGER PRIMARY KEY, epoch_id INTEGER NOT NULL REFERENCES epoch, rule_set INTEGER NOT NULL, flow_index INTEGER NOT NULL,
                first_time INTEGER NOT NULL, last_active_time INTEGER NOT NULL, first_ms INTEGER NOT NULL, last_active_ms INTEGER NOT NULL,
                to_octets INTEGER NOT NULL, to_pdus INTEGER NOT NULL, from_octets INTEGER NOT NULL, from_pdus INTEGER NOT NULL,
                {string.Join(", ", KeyAttributes.Select(each => $"{each.Name} {(IsText(each) ? "TEXT" : "INTEGER")}"))});
            CREATE UNIQUE INDEX flow_identity ON flow (epoch_id, rule_set, flow_index, first_time);
            CREATE INDEX flow_last_active ON flow (last_active_ms);
            CREATE TABLE usage (
                collection_id INTEGER NOT NULL REFERENCES collection, flow_id INTEGER NOT NULL REFERENCES flow,
                to_octets INTEGER NOT NULL, to_pdus INTEGER NOT NULL, from_octets INTEGER NOT NULL, from_pdus INTEGER NOT NULL,
                PRIMARY KEY (collection_id, flow_id)) WITHOUT ROWID;
            CREATE INDEX usage_of_flow ON usage (flow_id);
            """,
    ];

    /// <summary>The attributes that have a column of their name in table flow.</summary>
    public static IReadOnlyList<AttributeInfo> KeyAttributes => [.. FlowAttributes.All.Where(MeterSettings.IsKeyAttribute)];

    public static bool IsText(AttributeInfo attribute) => FlowDataPackage.TagOf(attribute.Number) == FlowDataPackage.OctetStringTag;

    /// <summary>Brings a database to the newest version.</summary>
    /// <exception cref="StoreException">It was made by a newer program.</exception>
    public static void Migrate(SqliteConnection connection, string path)
    {
        var version = Convert.ToInt32(Scalar(connection, "PRAGMA user_version"), CultureInfo.InvariantCulture);
        if (version > Steps.Length)
            throw new StoreException($"{path}: made by a newer version of rtfm-meterreader (schema {version}, this program knows {Steps.Length})");
        for (; version < Steps.Length; version++)
        {
            using var transaction = connection.BeginTransaction();
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = $"{Steps[version]} PRAGMA user_version = {version + 1};";
            command.ExecuteNonQuery();
            transaction.Commit();
        }
    }

    public static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
