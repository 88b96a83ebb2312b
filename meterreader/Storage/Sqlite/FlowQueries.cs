using System.Text;
using Microsoft.Data.Sqlite;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>What to look at.</summary>
/// <param name="RuleSet">Name or number; null: all.</param>
public sealed record FlowFilter(DateTimeOffset? Since, DateTimeOffset? Until, string? Meter, string? RuleSet);

/// <summary>One line of the busiest flows.</summary>
public sealed record TopFlow(
    string Meter,
    string Source,
    string Dest,
    long Transport,
    ulong ToOctets,
    ulong ToPdus,
    ulong FromOctets,
    ulong FromPdus
);

/// <summary>Questions to the store. Opens its own connection: any number of readers, beside the one writer.</summary>
public sealed class FlowQueries : IDisposable
{
    private readonly SqliteConnection _connection;

    /// <exception cref="StoreException">There is no such database.</exception>
    public FlowQueries(string path) => _connection = SqliteDatabase.Open(path, isReader: true);

    /// <summary>The flows with the most usage in collections of that time, from both directions together.</summary>
    public IReadOnlyList<TopFlow> Top(FlowFilter filter, bool byOctets, int count)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = $"""
            SELECT meter.name, flow.sourcePeerAddress, flow.sourceTransAddress, flow.destPeerAddress, flow.destTransAddress, flow.sourceTransType,
                   sum(usage.to_octets), sum(usage.to_pdus), sum(usage.from_octets), sum(usage.from_pdus)
            FROM usage JOIN collection ON collection.id = usage.collection_id JOIN flow ON flow.id = usage.flow_id
                 JOIN epoch ON epoch.id = flow.epoch_id JOIN meter ON meter.id = epoch.meter_id
            {Where(filter, command, "collection.at_ms")}
            GROUP BY 1, 2, 3, 4, 5, 6
            ORDER BY sum({(byOctets ? "usage.to_octets + usage.from_octets" : "usage.to_pdus + usage.from_pdus")}) DESC, 2, 3, 4, 5
            LIMIT $count
            """;
        command.Parameters.AddWithValue("$count", count);
        using var row = command.ExecuteReader();
        var flows = new List<TopFlow>();
        while (row.Read())
        {
            flows.Add(
                new TopFlow(
                    row.GetString(0),
                    Endpoint(row, 1, 2),
                    Endpoint(row, 3, 4),
                    row.IsDBNull(5) ? 0 : row.GetInt64(5),
                    (ulong)row.GetInt64(6),
                    (ulong)row.GetInt64(7),
                    (ulong)row.GetInt64(8),
                    (ulong)row.GetInt64(9)
                )
            );
        }
        return flows;
    }

    /// <summary>Every flow that was active in that time, one at a time: column names first, then rows.</summary>
    public IEnumerable<IReadOnlyList<(string Name, object? Value)>> Flows(FlowFilter filter, IReadOnlyList<string> attributes)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = $"""
            SELECT meter.name AS meter, flow.rule_set AS ruleSet, flow.flow_index AS flowIndex,
                   strftime('%Y-%m-%dT%H:%M:%fZ', flow.first_ms / 1000.0, 'unixepoch') AS firstActive,
                   strftime('%Y-%m-%dT%H:%M:%fZ', flow.last_active_ms / 1000.0, 'unixepoch') AS lastActive,
                   {string.Concat(attributes.Select(each => $"flow.{each}, "))}
                   flow.to_octets AS toOctets, flow.to_pdus AS toPDUs, flow.from_octets AS fromOctets, flow.from_pdus AS fromPDUs
            FROM flow JOIN epoch ON epoch.id = flow.epoch_id JOIN meter ON meter.id = epoch.meter_id
            {Where(filter, command, "flow.last_active_ms")}
            ORDER BY flow.id
            """;
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            var values = new (string, object?)[row.FieldCount];
            for (var i = 0; i < values.Length; i++)
                values[i] = (row.GetName(i), row.IsDBNull(i) ? null : row.GetValue(i));
            yield return values;
        }
    }

    public void Dispose() => _connection.Dispose();

    private static string Where(FlowFilter filter, SqliteCommand command, string time)
    {
        var where = new StringBuilder("WHERE 1");
        if (filter.Since is { } since)
        {
            where.Append($" AND {time} >= $since");
            command.Parameters.AddWithValue("$since", since.ToUnixTimeMilliseconds());
        }
        if (filter.Until is { } until)
        {
            where.Append($" AND {time} < $until");
            command.Parameters.AddWithValue("$until", until.ToUnixTimeMilliseconds());
        }
        if (filter.Meter is { } meter)
        {
            where.Append(" AND meter.name = $meter");
            command.Parameters.AddWithValue("$meter", meter);
        }
        if (filter.RuleSet is { } ruleSet)
        {
            where.Append(
                " AND (CAST(flow.rule_set AS TEXT) = $ruleSet OR flow.rule_set IN (SELECT c.rule_set FROM collection c WHERE c.epoch_id = flow.epoch_id AND c.rule_set_name = $ruleSet))"
            );
            command.Parameters.AddWithValue("$ruleSet", ruleSet);
        }
        return where.ToString();
    }

    private static string Endpoint(SqliteDataReader row, int address, int port)
    {
        var host = row.IsDBNull(address) ? "" : row.GetString(address);
        var number = row.IsDBNull(port) ? "0" : row.GetString(port);
        if (number == "0")
            return host;
        return host.Contains(':') ? $"[{host}]:{number}" : $"{host}:{number}";
    }
}
