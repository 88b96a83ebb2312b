using Rtfm.MeterReader.Collection;
using Rtfm.Model;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>The tables, and the steps from each version of them to the next. Steps are only ever added.</summary>
/// <remarks>
/// For people and their SQL: columns carry the attributes' names of RFC 2720; addresses are text in their usual form, since that is what a person compares
/// and joins with, and takes hardly more room than octets; Uptimes stand beside wall-clock times in milliseconds since 1970 (<c>…_ms</c>).
/// Counters are 64 bits; above 2^63 they show as negative numbers. Usage is what counters grew by between two collections.
/// </remarks>
internal static class SqliteSchema
{
    /// <summary>Marks the file as ours: "RTFM".</summary>
    public const int ApplicationId = 0x5254_464D;

    /// <summary>The attributes that have a column of their name in view flow.</summary>
    public static IReadOnlyList<AttributeInfo> Columns { get; } = [.. FlowAttributes.All.Where(MeterSettings.IsStored)];

    /// <summary>Those of them that schemas 1 and 2 had: columns of flowDataTable.</summary>
    public static IReadOnlyList<AttributeInfo> StandardColumns { get; } = [.. Columns.Where(each => each.Is(AttributeRoles.Column))];

    /// <summary>What a flow's usage is made of, in this order.</summary>
    public static IReadOnlyList<AttributeInfo> Counters { get; } = [.. StandardColumns.Where(each => each.Syntax == AttributeSyntax.Counter64)];

    /// <summary>What most flows have for themselves, if it is not zero: addresses and identifiers.</summary>
    public static IReadOnlyList<AttributeInfo> OwnColumns { get; } = [.. Columns.Where(IsOwn)];

    /// <summary>What most flows do not have, and those that have it for themselves: table extension.</summary>
    public static IReadOnlyList<AttributeInfo> ExtensionColumns { get; } = [.. Columns.Where(IsExtension)];

    /// <summary>What many flows have in common: all that tells flows apart, addresses only where they are zero.</summary>
    public static IReadOnlyList<AttributeInfo> ProfileColumns { get; } =
    [.. Columns.Except(ExtensionColumns).Where(each => !MeterSettings.Always.Contains(each.Number))];

    /// <summary>The attributes in a row of table flow_record, in its order.</summary>
    public static IReadOnlyList<AttributeInfo> RecordColumns { get; } = [.. OwnColumns, .. Columns.Except(ProfileColumns).Except(ExtensionColumns)];

    /// <summary>The step from version n, counted from 0, to version n + 1.</summary>
    public static IReadOnlyList<string> Steps { get; } =
    [
        $"""
            CREATE TABLE store (id TEXT NOT NULL);
            INSERT INTO store VALUES (lower(hex(randomblob(8))));
            CREATE TABLE meter (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, failed_ms INTEGER, failure TEXT);
            CREATE TABLE epoch (
                id INTEGER PRIMARY KEY, meter_id INTEGER NOT NULL REFERENCES meter, engine_id TEXT NOT NULL, engine_boots INTEGER NOT NULL,
                boot_ms INTEGER NOT NULL, last_uptime INTEGER NOT NULL, last_boot_ms INTEGER NOT NULL, is_over INTEGER NOT NULL);
            CREATE INDEX epoch_of_meter ON epoch (meter_id, id);
            CREATE TABLE bookmark (
                epoch_id INTEGER NOT NULL REFERENCES epoch, rule_set INTEGER NOT NULL, last_time INTEGER NOT NULL,
                PRIMARY KEY (epoch_id, rule_set)) WITHOUT ROWID;
            CREATE TABLE collection (
                id INTEGER PRIMARY KEY, epoch_id INTEGER NOT NULL REFERENCES epoch, rule_set INTEGER NOT NULL, rule_set_name TEXT NOT NULL,
                at_ms INTEGER NOT NULL, since INTEGER, until INTEGER NOT NULL, flows INTEGER NOT NULL);
            CREATE INDEX collection_at ON collection (at_ms);
            CREATE INDEX collection_of_epoch ON collection (epoch_id, at_ms);
            CREATE TABLE flow (
                id INTEGER PRIMARY KEY, epoch_id INTEGER NOT NULL REFERENCES epoch, rule_set INTEGER NOT NULL, flow_index INTEGER NOT NULL,
                first_ms INTEGER NOT NULL, last_active_ms INTEGER NOT NULL, {string.Join(", ", StandardColumns.Select(Declare))});
            CREATE UNIQUE INDEX flow_identity ON flow (epoch_id, rule_set, flow_index, firstTime);
            CREATE INDEX flow_last_active ON flow (last_active_ms);
            CREATE TABLE usage (
                collection_id INTEGER NOT NULL REFERENCES collection, flow_id INTEGER NOT NULL REFERENCES flow,
                {string.Join(", ", Counters.Select(Declare))},
                PRIMARY KEY (collection_id, flow_id)) WITHOUT ROWID;
            CREATE INDEX usage_of_flow ON usage (flow_id);
            PRAGMA application_id = {ApplicationId};
            """,
        CompactFlows.Step,
        ExtendedFlows.Step,
        DomainFlows.Step,
        FlowDelays.Step,
    ];

    /// <summary>True for attributes whose column holds text.</summary>
    public static bool IsText(AttributeInfo attribute) => FlowDataPackage.TagOf(attribute.Number) == FlowDataPackage.OctetStringTag;

    /// <summary>True for addresses and identifiers, whose masks are not among them.</summary>
    public static bool IsOwn(AttributeInfo attribute) => attribute.Is(AttributeRoles.Column) && IsText(attribute) && attribute.Size > 0;

    // Labels and tunnels have too many values to be common to many flows; what is counted or collected over a flow's life has size 0.
    private static bool IsExtension(AttributeInfo attribute) =>
        !attribute.Is(AttributeRoles.Column)
        && attribute.Syntax switch
        {
            AttributeSyntax.Integer => attribute.Size is 0 or > 2,
            AttributeSyntax.PeerAddress => attribute.Size > 0,
            _ => true,
        };

    /// <summary>True for a value that stands in the profile: a number, a mask, a zero address.</summary>
    public static bool IsShared(AttributeInfo attribute, ReadOnlySpan<byte> octets) => !IsOwn(attribute) || !octets.ContainsAnyExcept((byte)0);

    public static string Declare(AttributeInfo attribute)
    {
        var notNull = MeterSettings.Always.Contains(attribute.Number) ? " NOT NULL" : "";
        return $"{attribute.Name} {(IsText(attribute) ? "TEXT" : "INTEGER")}{notNull}";
    }
}
