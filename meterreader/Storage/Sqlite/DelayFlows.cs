namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>The step from schema 4 to 5: delay and loss of a domain's flows, from edge to edge.</summary>
/// <remarks>They are of a whole flow of the domain: all its members' rows have the same, as it was when the flow was last collected. Times are nanoseconds.</remarks>
internal static class DelayFlows
{
    private static readonly string[] Columns =
    [
        .. Pair("DelayPaired"),
        .. Pair("DelayExpected"),
        .. Pair("DelayLost"),
        .. Pair("DelayUnknown"),
        .. Pair("DelayRepeated"),
        .. Pair("DelayNegative"),
        .. Pair("DelayUnpaired"),
        .. Pair("DelayMean"),
        .. Pair("DelayMinimum"),
        .. Pair("DelayMaximum"),
        .. Pair("DelayMedian"),
        .. Pair("DelayPercentile95"),
        .. Pair("DelayPercentile99"),
        .. Pair("DelayVariation"),
        .. Pair("DelayClockError"),
    ];

    public static string Step { get; } =
        $"""
            DROP VIEW flow;
            {string.Concat(Columns.Select(each => $"ALTER TABLE extension ADD COLUMN {each} INTEGER; "))}
            CREATE VIEW flow AS
                SELECT {CompactFlows.Shown}, {ExtendedFlows.Shown}, {string.Join(", ", Columns)}
                FROM flow_record JOIN extent ON extent.id = flow_record.id >> 32 JOIN profile ON profile.id = flow_record.profile_id
                    LEFT JOIN extension ON extension.flow_id = flow_record.id;
            """;

    private static string[] Pair(string column) => [$"to{column}", $"from{column}"];
}
