namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>The step from schema 2 to 3: attributes beyond those of flowDataTable, and distributions (RFC 2724).</summary>
internal static class ExtendedFlows
{
    private static readonly string[] OfProfile =
    [
        "dsCodePoint INTEGER",
        "vlanId INTEGER",
        "ecn INTEGER",
        "timeToLive INTEGER",
        "tcpFlags INTEGER",
        "icmpType INTEGER",
        "icmpCode INTEGER",
        "fragment INTEGER",
        "tunnelType INTEGER",
        "innerPeerType INTEGER",
        "sourceInnerMask TEXT",
        "destInnerMask TEXT",
    ];

    private static readonly string[] OfExtension =
    [
        .. Pair("PacketSize TEXT"),
        .. Pair("InterarrivalTime TEXT"),
        .. Pair("TurnaroundTime TEXT"),
        .. Pair("BitRate TEXT"),
        .. Pair("PDURate TEXT"),
        "mplsLabel INTEGER",
        "flowLabel INTEGER",
        "tunnelId INTEGER",
        "sourceInnerAddress TEXT",
        "destInnerAddress TEXT",
        .. Pair("TcpFlags INTEGER"),
        .. Pair("TcpOctets INTEGER"),
        .. Pair("ActiveIntervals INTEGER"),
        .. Pair("PacketPairRate TEXT"),
        .. Pair("Streams TEXT"),
    ];

    /// <remarks>
    /// <para>A flow has a row in <c>extension</c> only if it was asked for something that stands there, so that others cost nothing.</para>
    /// <para>What a meter counts there it counts from the flow's start (RFC 2724 §3.3), so the latest value has all earlier ones in it: it takes their place.</para>
    /// </remarks>
    public static string Step { get; } =
        $"""
            DROP VIEW flow;
            {string.Concat(OfProfile.Select(each => $"ALTER TABLE profile ADD COLUMN {each}; "))}
            CREATE TABLE extension (flow_id INTEGER PRIMARY KEY REFERENCES flow_record, {string.Join(", ", OfExtension)});
            CREATE TRIGGER extension_of_flow AFTER DELETE ON flow_record BEGIN DELETE FROM extension WHERE flow_id = old.id; END;
            CREATE VIEW flow AS
                SELECT {CompactFlows.Shown}, {string.Join(", ", OfProfile.Concat(OfExtension).Select(each => each[..each.IndexOf(' ')]))}
                FROM flow_record JOIN extent ON extent.id = flow_record.id >> 32 JOIN profile ON profile.id = flow_record.profile_id
                    LEFT JOIN extension ON extension.flow_id = flow_record.id;
            """;

    private static string[] Pair(string column) => [$"to{column}", $"from{column}"];
}
