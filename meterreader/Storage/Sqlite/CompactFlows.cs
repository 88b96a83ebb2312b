using Rtfm.Model;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>The step from schema 1 to 2: flows take a third of the room, and no index beside their key. View flow shows them as before.</summary>
internal static class CompactFlows
{
    /// <remarks>
    /// <para>What many flows have in common stands in <c>profile</c>; <c>flow_record</c> has what is a flow's own, and is null where the profile has it.</para>
    /// <para>A flow's id says which flow it is: see <see cref="FlowIds"/>.</para>
    /// <para><c>flow_record.collection_id</c> is the collection that wrote its latest usage: when that one's usage goes, none is left. It may name one that is gone.</para>
    /// </remarks>
    public static string Step { get; } =
        $"""
            DROP INDEX usage_of_flow;
            ALTER TABLE usage RENAME TO usage_1;
            ALTER TABLE flow RENAME TO flow_1;
            CREATE TABLE extent (
                id INTEGER PRIMARY KEY, epoch_id INTEGER NOT NULL REFERENCES epoch, rule_set INTEGER NOT NULL, page INTEGER NOT NULL);
            CREATE INDEX extent_of_epoch ON extent (epoch_id, rule_set, page);
            CREATE TABLE profile (
                id INTEGER PRIMARY KEY, epoch_id INTEGER NOT NULL REFERENCES epoch, key BLOB, {Declare(Profile)});
            CREATE UNIQUE INDEX profile_key ON profile (epoch_id, key);
            CREATE TABLE flow_record (
                id INTEGER PRIMARY KEY, profile_id INTEGER NOT NULL REFERENCES profile, collection_id INTEGER NOT NULL,
                first_ms INTEGER NOT NULL, last_active_ms INTEGER NOT NULL, {Declare(SqliteSchema.OwnColumns)}, {Declare(Always)});
            CREATE TABLE usage (
                collection_id INTEGER NOT NULL REFERENCES collection, flow_id INTEGER NOT NULL REFERENCES flow_record,
                {Declare(SqliteSchema.Counters)}, PRIMARY KEY (collection_id, flow_id)) WITHOUT ROWID;

            INSERT INTO extent (epoch_id, rule_set, page) SELECT DISTINCT epoch_id, rule_set, flow_index >> 16 FROM flow_1 ORDER BY 1, 2, 3;
            INSERT INTO profile (epoch_id, {Names(Shared)}) SELECT DISTINCT epoch_id, {Names(Shared)} FROM flow_1;
            CREATE TABLE new_id (old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
            INSERT INTO new_id
                SELECT flow_1.id, (extent.id << 32) | ((flow_index & 65535) << 16)
                    | (row_number() OVER (PARTITION BY flow_1.epoch_id, flow_1.rule_set, flow_index ORDER BY firstTime, flow_1.id) - 1)
                FROM flow_1 JOIN extent ON extent.epoch_id = flow_1.epoch_id AND extent.rule_set = flow_1.rule_set AND extent.page = flow_index >> 16;
            INSERT INTO flow_record (id, profile_id, collection_id, first_ms, last_active_ms, {Names(SqliteSchema.OwnColumns)}, {Names(Always)})
                SELECT new_id.new, profile.id, ifnull((SELECT max(collection_id) FROM usage_1 WHERE flow_id = flow_1.id), 0),
                    first_ms, last_active_ms, {Names(SqliteSchema.OwnColumns, "flow_1.")}, {Names(Always)}
                FROM flow_1 JOIN new_id ON new_id.old = flow_1.id JOIN profile ON profile.epoch_id = flow_1.epoch_id
                WHERE {string.Join(" AND ", Shared.Select(each => $"profile.{each.Name} IS flow_1.{each.Name}"))}
                ORDER BY new_id.new;
            INSERT INTO usage SELECT collection_id, new_id.new, {Names(
                SqliteSchema.Counters
            )} FROM usage_1 JOIN new_id ON new_id.old = flow_id ORDER BY 1, 2;
            DROP TABLE new_id;
            DROP TABLE usage_1;
            DROP TABLE flow_1;
            CREATE VIEW flow AS
                SELECT {Shown}
                FROM flow_record JOIN extent ON extent.id = flow_record.id >> 32 JOIN profile ON profile.id = flow_record.profile_id;
            """;

    private static IEnumerable<AttributeInfo> Profile => SqliteSchema.ProfileColumns.Where(each => each.Is(AttributeRoles.Column));

    private static IEnumerable<AttributeInfo> Shared => Profile.Where(each => !SqliteSchema.IsOwn(each));

    private static IEnumerable<AttributeInfo> Always => SqliteSchema.StandardColumns.Except(Profile);

    /// <summary>The columns of view flow.</summary>
    public static string Shown =>
        "flow_record.id, extent.epoch_id, extent.rule_set, extent.page << 16 | (flow_record.id >> 16 & 65535) AS flow_index, "
        + $"first_ms, last_active_ms, {string.Join(", ", SqliteSchema.StandardColumns.Select(Show))}";

    // CAST: a text column of a table compares with a number as text does, one of a view only so.
    private static string Show(AttributeInfo attribute) =>
        SqliteSchema.IsOwn(attribute)
            ? $"CAST(ifnull(flow_record.{attribute.Name}, profile.{attribute.Name}) AS TEXT) AS {attribute.Name}"
            : attribute.Name;

    private static string Declare(IEnumerable<AttributeInfo> columns) => string.Join(", ", columns.Select(SqliteSchema.Declare));

    private static string Names(IEnumerable<AttributeInfo> columns, string table = "") =>
        string.Join(", ", columns.Select(each => table + each.Name));
}
