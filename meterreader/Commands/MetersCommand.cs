using System.CommandLine;
using System.Text.Json;
using Rtfm.MeterReader.Rendering;

namespace Rtfm.MeterReader.Commands;

/// <summary><c>rtfm-meterreader meters</c>: is everything being collected?</summary>
internal static class MetersCommand
{
    private static readonly Option<bool> Json = new("--json") { Description = "Print JSON" };
    private static readonly JsonSerializerOptions JsonOptions = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static Command Make()
    {
        var command = new Command("meters", "Show for each meter of the store when it was last collected from, and what goes wrong.")
        {
            QueryOptions.Store,
            QueryOptions.Config,
            Json,
        };
        command.SetAction((arguments, _) => Faults.ReportAsync(() => Task.FromResult(Run(arguments))));
        return command;
    }

    private static int Run(ParseResult arguments)
    {
        using var queries = QueryOptions.Open(arguments);
        var meters = queries.Meters();
        if (arguments.GetValue(Json))
            Console.WriteLine(JsonSerializer.Serialize(meters, JsonOptions));
        else
            MetersTable.Show(meters, DateTimeOffset.UtcNow);
        return 0;
    }
}
