using Rtfm.Model;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>The step from schema 3 to 4: meters that are metering points of a domain, and the domain's flows, each of which several of them saw.</summary>
/// <remarks>
/// A flow comes in at the metering point whose interface is its source interface, with 0 as destination interface, and goes out where it is the other way round. Only what came in counts as the
/// flow's packets; what went out stands beside it.
/// </remarks>
internal static class DomainFlows
{
    private const string IsEntry = "(flow.sourceInterface <> 0 AND flow.destInterface = 0)";
    private const string IsExit = "(flow.sourceInterface = 0 AND flow.destInterface <> 0)";

    private static readonly FlowAttribute[] Ends =
    [
        FlowAttribute.SourcePeerType,
        FlowAttribute.SourcePeerAddress,
        FlowAttribute.DestPeerAddress,
        FlowAttribute.SourceTransType,
        FlowAttribute.SourceTransAddress,
        FlowAttribute.DestTransAddress,
    ];

    public static string Step { get; } =
        $"""
            CREATE TABLE metering_point (
                meter_id INTEGER PRIMARY KEY REFERENCES meter, domain TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL);
            CREATE VIEW domain_flow AS
                SELECT point.domain, flow.rule_set, {Names(", ", each => $"flow.{each} AS {each}")},
                    min(flow.first_ms) AS first_ms, max(flow.last_active_ms) AS last_active_ms,
                    group_concat(DISTINCT iif({IsEntry}, point.name, NULL)) AS entered_at,
                    group_concat(DISTINCT iif({IsExit}, point.name, NULL)) AS left_at,
                    {Sums(Entered, each => each.Name)},
                    {Sums(Left, each => $"left_{each.Name}")}
                FROM flow JOIN epoch ON epoch.id = flow.epoch_id JOIN metering_point AS point ON point.meter_id = epoch.meter_id
                GROUP BY point.domain, flow.rule_set, {Names(", ", each => $"flow.{each}")};
            """;

    /// <summary>What of a counter of <paramref name="table"/>, beside a member's row named flow, came into the domain there.</summary>
    public static string Entered(AttributeInfo counter, string table) =>
        $"iif({(IsTowardsDest(counter) ? IsEntry : IsExit)}, {table}.{counter.Name}, 0)";

    /// <summary>What went out there.</summary>
    private static string Left(AttributeInfo counter, string table) =>
        $"iif({(IsTowardsDest(counter) ? IsExit : IsEntry)}, {table}.{counter.Name}, 0)";

    private static bool IsTowardsDest(AttributeInfo counter) => counter.Number is FlowAttribute.ToOctets or FlowAttribute.ToPdus;

    private static string Sums(Func<AttributeInfo, string, string> part, Func<AttributeInfo, string> name) =>
        string.Join(", ", SqliteSchema.Counters.Select(each => $"sum({part(each, "flow")}) AS {name(each)}"));

    private static string Names(string separator, Func<string, string> show) =>
        string.Join(separator, Ends.Select(each => show(FlowAttributes.Get(each).Name)));
}
