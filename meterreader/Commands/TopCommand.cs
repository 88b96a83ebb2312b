using System.CommandLine;
using System.Text.Json;
using Rtfm.MeterReader.Rendering;

namespace Rtfm.MeterReader.Commands;

/// <summary><c>rtfm-meterreader top</c>: who used most.</summary>
internal static class TopCommand
{
    private static readonly Option<string> By = new("--by")
    {
        Description = "Order by octets (default) or packets",
        DefaultValueFactory = _ => "octets",
    };
    private static readonly Option<int> Count = new("-n")
    {
        Description = "How many flows (default 10)",
        DefaultValueFactory = _ => 10,
        HelpName = "N",
    };
    private static readonly Option<bool> Json = new("--json") { Description = "Print JSON" };
    private static readonly JsonSerializerOptions JsonOptions = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    static TopCommand() => By.AcceptOnlyFromAmong("octets", "packets");

    public static Command Make()
    {
        var command = new Command("top", "Show the busiest flows of the store.")
        {
            QueryOptions.Store,
            QueryOptions.Config,
            By,
            Count,
            QueryOptions.Since,
            QueryOptions.Until,
            QueryOptions.Meter,
            QueryOptions.RuleSet,
            QueryOptions.Domain,
            Json,
        };
        command.SetAction((arguments, _) => Faults.ReportAsync(() => Task.FromResult(Run(arguments))));
        return command;
    }

    private static int Run(ParseResult arguments)
    {
        using var queries = QueryOptions.Open(arguments);
        var flows = queries.Top(QueryOptions.Filter(arguments), arguments.GetValue(By) == "octets", Math.Max(arguments.GetValue(Count), 1));
        if (arguments.GetValue(Json))
            Console.WriteLine(JsonSerializer.Serialize(flows, JsonOptions));
        else
            TopTable.Show(flows);
        return 0;
    }
}
