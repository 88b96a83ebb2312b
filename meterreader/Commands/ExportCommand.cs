using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Rtfm.MeterReader.Collection;
using Rtfm.MeterReader.Storage.Sqlite;
using Rtfm.Model;

namespace Rtfm.MeterReader.Commands;

/// <summary><c>rtfm-meterreader export csv|json</c>: the store's flows for other programs.</summary>
internal static class ExportCommand
{
    private static readonly Argument<string> Format = new("FORMAT") { Description = "csv, or json (one object a line)" };
    private static readonly Option<string?> Attributes = new("--attributes")
    {
        Description = "Attributes of RFC 2720 to write, separated by commas (default: those of a 5-tuple)",
        HelpName = "A,B,…",
    };
    private static readonly Option<string?> Output = new("-o", "--output")
    {
        Description = "Write to this file instead of standard output",
        HelpName = "FILE",
    };

    private static readonly FlowAttribute[] FiveTuple =
    [
        FlowAttribute.SourcePeerType,
        FlowAttribute.SourcePeerAddress,
        FlowAttribute.DestPeerAddress,
        FlowAttribute.SourceTransType,
        FlowAttribute.SourceTransAddress,
        FlowAttribute.DestTransAddress,
    ];

    private static readonly Option<bool> Delays = new("--delays")
    {
        Description = "Instead of flows, the delay and loss of a domain's flows, collection by collection",
    };

    static ExportCommand() => Format.AcceptOnlyFromAmong("csv", "json");

    public static Command Make()
    {
        var command = new Command("export", "Write the store's flows as CSV or JSON lines.")
        {
            Format,
            QueryOptions.Store,
            QueryOptions.Config,
            Attributes,
            QueryOptions.Since,
            QueryOptions.Until,
            QueryOptions.Meter,
            QueryOptions.RuleSet,
            QueryOptions.Domain,
            Delays,
            Output,
        };
        command.SetAction((arguments, _) => Faults.ReportAsync(() => Task.FromResult(Run(arguments))));
        return command;
    }

    private static int Run(ParseResult arguments)
    {
        var attributes = ReadAttributes(arguments.GetValue(Attributes));
        using var queries = QueryOptions.Open(arguments);
        using var output = arguments.GetValue(Output) is { } path ? new StreamWriter(path) : new StreamWriter(Console.OpenStandardOutput());
        var isDelays = arguments.GetValue(Delays);
        var rows = isDelays ? queries.Delays(QueryOptions.Filter(arguments)) : queries.Flows(QueryOptions.Filter(arguments), attributes);
        var flowColumns = attributes.Concat(SqliteSchema.Counters).Distinct().Select(each => each.Name);
        if (arguments.GetValue(Format) == "csv")
            WriteCsv(rows, isDelays ? FlowDelays.Columns : ["meter", "ruleSet", "flowIndex", "firstActive", "lastActive", .. flowColumns], output);
        else
            WriteJson(rows, output);
        return 0;
    }

    private static void WriteCsv(IEnumerable<IReadOnlyList<(string Name, object? Value)>> rows, IEnumerable<string> columns, TextWriter output)
    {
        // The first line is there even if no flow is.
        output.WriteLine(string.Join(',', columns));
        foreach (var row in rows)
            output.WriteLine(string.Join(',', row.Select(cell => Quoted(Convert.ToString(cell.Value, CultureInfo.InvariantCulture) ?? ""))));
    }

    private static void WriteJson(IEnumerable<IReadOnlyList<(string Name, object? Value)>> rows, TextWriter output)
    {
        foreach (var row in rows)
            output.WriteLine(JsonSerializer.Serialize(row.ToDictionary(cell => cell.Name, cell => cell.Value)));
    }

    /// <summary>RFC 4180: quotes around what has commas, quotes or line ends in it.</summary>
    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    private static AttributeInfo[] ReadAttributes(string? text)
    {
        if (text is null)
            return [.. FiveTuple.Select(FlowAttributes.Get)];
        return
        [
            .. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(name =>
                    FlowAttributes.Find(name) is { } info && MeterSettings.IsStored(info)
                        ? info
                        : throw new SettingsException($"--attributes has '{name}': no attribute that the store has a column for.")
                ),
        ];
    }
}
