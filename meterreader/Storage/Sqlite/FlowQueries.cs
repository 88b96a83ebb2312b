using System.Text;
using Microsoft.Data.Sqlite;
using Rtfm.Model;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>What to look at.</summary>
/// <param name="Since">From this time on.</param>
/// <param name="Until">Before this time.</param>
/// <param name="RuleSet">Name or number; null: all.</param>
/// <param name="Domain">Only metering points of this domain, and of their counters only what came into it: no packet twice; null: all.</param>
public sealed record FlowFilter(DateTimeOffset? Since, DateTimeOffset? Until, string? Meter, string? RuleSet, string? Domain = null);

/// <summary>One line of the busiest flows.</summary>
public sealed record TopFlow(
    string Meter,
    int RuleSet,
    string Source,
    string Dest,
    long Transport,
    ulong ToOctets,
    ulong ToPdus,
    ulong FromOctets,
    ulong FromPdus
);

/// <summary>How a meter's collection stands.</summary>
/// <param name="LastCollection">When something was last collected; null: never.</param>
/// <param name="Flows">Records of its latest collections, one for each rule set.</param>
/// <param name="Failure">Why the latest attempt failed; null: it did not.</param>
public sealed record MeterOverview(
    string Meter,
    DateTimeOffset? LastCollection,
    long RuleSets,
    long Flows,
    long Epochs,
    DateTimeOffset? FailedAt,
    string? Failure
);

/// <summary>Questions to the store. Opens its own connection: any number of readers, beside the one writer.</summary>
public sealed class FlowQueries : IDisposable
{
    private readonly string _path;
    private readonly SqliteConnection _connection;

    /// <exception cref="StoreException">There is no such database.</exception>
    public FlowQueries(string path)
    {
        _path = path;
        _connection = SqliteDatabase.OpenForReading(path);
    }

    /// <summary>The flows with the most usage in collections of that time, both directions together. Flows of one rule set with the same ends and protocol are one line.</summary>
    /// <exception cref="StoreException">The database cannot be read.</exception>
    public IReadOnlyList<TopFlow> Top(FlowFilter filter, bool byOctets, int count)
    {
        using var command = _connection.CreateCommand();
        // In two halves, so that no sum overflows whatever a meter claims; their order may be that of a floating-point number.
        string Counter(AttributeInfo each) => filter.Domain is null ? $"usage.{each.Name}" : DomainFlows.Entered(each, "usage");
        var counters = SqliteSchema.Counters.Select(Counter);
        var ordered = SqliteSchema.Counters.Where(each => (each.Number is FlowAttribute.ToOctets or FlowAttribute.FromOctets) == byOctets);
        var sums = string.Join(", ", counters.Select(each => $"sum({each} >> 32), sum({each} & 4294967295)"));
        command.CommandText = $"""
            SELECT {(
                filter.Domain is null ? "meter.name" : "metering_point.domain"
            )}, flow.rule_set, flow.sourcePeerAddress, flow.sourceTransAddress, flow.destPeerAddress, flow.destTransAddress, flow.sourceTransType, {sums}
            FROM usage JOIN collection ON collection.id = usage.collection_id JOIN flow ON flow.id = usage.flow_id
                 JOIN epoch ON epoch.id = flow.epoch_id JOIN meter ON meter.id = epoch.meter_id LEFT JOIN metering_point ON metering_point.meter_id = meter.id
            {Where(filter, command, startedAt: "collection.at_ms", endedAt: "collection.at_ms")}
            GROUP BY 1, 2, 3, 4, 5, 6, 7
            ORDER BY {string.Join(" + ", ordered.Select(each => $"total({Counter(each)})"))} DESC, 1, 2, 3, 4, 5, 6
            LIMIT $count
            """;
        command.Parameters.AddWithValue("$count", count);
        return
        [
            .. Rows(command)
                .Select(row => new TopFlow(
                    row.GetString(0),
                    row.GetInt32(1),
                    Endpoint(row, 2, 3),
                    Endpoint(row, 4, 5),
                    row.IsDBNull(6) ? 0 : row.GetInt64(6),
                    Sum(row, 7),
                    Sum(row, 9),
                    Sum(row, 11),
                    Sum(row, 13)
                )),
        ];
    }

    /// <summary>Every flow that was active in that time, one at a time: names and values of <paramref name="attributes"/> between who and how much.</summary>
    /// <exception cref="StoreException">The database cannot be read.</exception>
    public IEnumerable<IReadOnlyList<(string Name, object? Value)>> Flows(FlowFilter filter, IReadOnlyList<AttributeInfo> attributes)
    {
        using var command = _connection.CreateCommand();
        // Of a domain's flow there is a row for each metering point that saw it: each has what came in there, so that sums are right.
        string Value(AttributeInfo each) =>
            filter.Domain is not null && SqliteSchema.Counters.Contains(each) ? DomainFlows.Entered(each, "flow") : $"flow.{each.Name}";
        command.CommandText = $"""
            SELECT meter.name AS meter, flow.rule_set AS ruleSet, flow.flow_index AS flowIndex,
                   strftime('%Y-%m-%dT%H:%M:%fZ', flow.first_ms / 1000.0, 'unixepoch') AS firstActive,
                   strftime('%Y-%m-%dT%H:%M:%fZ', flow.last_active_ms / 1000.0, 'unixepoch') AS lastActive
                   {string.Concat(attributes.Concat(SqliteSchema.Counters).Distinct().Select(each => $", {Value(each)} AS {each.Name}"))}
            FROM flow JOIN epoch ON epoch.id = flow.epoch_id JOIN meter ON meter.id = epoch.meter_id LEFT JOIN metering_point ON metering_point.meter_id = meter.id
            {Where(filter, command, startedAt: "flow.first_ms", endedAt: "flow.last_active_ms")}
            ORDER BY flow.id
            """;
        foreach (var row in Rows(command))
        {
            var values = new (string, object?)[row.FieldCount];
            for (var i = 0; i < values.Length; i++)
            {
                var name = row.GetName(i);
                var value = row.IsDBNull(i) ? null : row.GetValue(i);
                values[i] = (
                    name,
                    value is long counter && FlowAttributes.Find(name) is { Syntax: AttributeSyntax.Counter64 } ? unchecked((ulong)counter) : value
                );
            }
            yield return values;
        }
    }

    /// <summary>Delay and loss of a domain's flows, one direction and one collection at a time (view flow_delay).</summary>
    /// <exception cref="StoreException">The database cannot be read.</exception>
    public IEnumerable<IReadOnlyList<(string Name, object? Value)>> Delays(FlowFilter filter)
    {
        using var command = _connection.CreateCommand();
        var where = new StringBuilder("WHERE 1");
        void And(string condition, string name, object value)
        {
            where.Append($" AND {condition}");
            command.Parameters.AddWithValue(name, value);
        }
        if (filter.Since is { } since)
            And("at_ms >= $since", "$since", since.ToUnixTimeMilliseconds());
        if (filter.Until is { } until)
            And("at_ms < $until", "$until", until.ToUnixTimeMilliseconds());
        if (filter.Domain is { } domain)
            And("domain = $domain", "$domain", domain);
        if (filter.RuleSet is { } ruleSet)
            And("(CAST(rule_set AS TEXT) = $set OR rule_set IN (SELECT rule_set FROM collection WHERE rule_set_name = $set))", "$set", ruleSet);
        command.CommandText = $"""
            SELECT strftime('%Y-%m-%dT%H:%M:%fZ', at_ms / 1000.0, 'unixepoch') AS at, flow_delay.* FROM flow_delay {where} ORDER BY at_ms, fromAddress, toAddress, fromPort, toPort
            """;
        foreach (var row in Rows(command))
            yield return [.. Enumerable.Range(0, row.FieldCount).Select(i => (row.GetName(i), row.IsDBNull(i) ? null : row.GetValue(i)))];
    }

    /// <summary>How collection stands, meter by meter.</summary>
    /// <exception cref="StoreException">The database cannot be read.</exception>
    public IReadOnlyList<MeterOverview> Meters()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = """
            WITH latest AS (
                SELECT epoch.meter_id, collection.rule_set, collection.flows, max(collection.at_ms) AS at_ms
                FROM collection JOIN epoch ON epoch.id = collection.epoch_id
                GROUP BY epoch.meter_id, collection.rule_set)
            SELECT meter.name, max(latest.at_ms), count(latest.rule_set), total(latest.flows),
                   (SELECT count(*) FROM epoch WHERE epoch.meter_id = meter.id), meter.failed_ms, meter.failure
            FROM meter LEFT JOIN latest ON latest.meter_id = meter.id
            GROUP BY meter.id ORDER BY meter.name
            """;
        return
        [
            .. Rows(command)
                .Select(row => new MeterOverview(
                    row.GetString(0),
                    Time(row, 1),
                    row.GetInt64(2),
                    (long)row.GetDouble(3),
                    row.GetInt64(4),
                    Time(row, 5),
                    row.IsDBNull(6) ? null : row.GetString(6)
                )),
        ];
    }

    public void Dispose() => _connection.Dispose();

    private IEnumerable<SqliteDataReader> Rows(SqliteCommand command)
    {
        using var row = Guarded(command.ExecuteReader);
        while (Guarded(row.Read))
            yield return row;
    }

    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SqliteException fault)
        {
            throw new StoreException($"{_path}: {fault.Message}", fault);
        }
    }

    private static string Where(FlowFilter filter, SqliteCommand command, string startedAt, string endedAt)
    {
        var where = new StringBuilder("WHERE 1");
        if (filter.Since is { } since)
        {
            where.Append($" AND {endedAt} >= $since");
            command.Parameters.AddWithValue("$since", since.ToUnixTimeMilliseconds());
        }
        if (filter.Until is { } until)
        {
            where.Append($" AND {startedAt} < $until");
            command.Parameters.AddWithValue("$until", until.ToUnixTimeMilliseconds());
        }
        if (filter.Meter is { } meter)
        {
            where.Append(" AND meter.name = $meter");
            command.Parameters.AddWithValue("$meter", meter);
        }
        if (filter.Domain is { } domain)
        {
            where.Append(" AND metering_point.domain = $domain");
            command.Parameters.AddWithValue("$domain", domain);
        }
        if (filter.RuleSet is { } ruleSet)
        {
            where.Append(
                """
                 AND (CAST(flow.rule_set AS TEXT) = $ruleSet
                      OR flow.rule_set IN (SELECT c.rule_set FROM collection c WHERE c.epoch_id = flow.epoch_id AND c.rule_set_name = $ruleSet))
                """
            );
            command.Parameters.AddWithValue("$ruleSet", ruleSet);
        }
        return where.ToString();
    }

    private static ulong Sum(SqliteDataReader row, int high) =>
        (ulong)UInt128.Min(((UInt128)(ulong)row.GetInt64(high) << 32) + (ulong)row.GetInt64(high + 1), ulong.MaxValue);

    private static DateTimeOffset? Time(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    private static string Endpoint(SqliteDataReader row, int address, int port)
    {
        var host = row.IsDBNull(address) ? "" : row.GetString(address);
        var number = row.IsDBNull(port) ? "0" : row.GetString(port);
        if (number == "0")
            return host;
        return host.Contains(':') ? $"[{host}]:{number}" : $"{host}:{number}";
    }
}
