using System.Text.Json;
using Spectre.Console;

namespace Rtfm.Manager.Rendering;

/// <summary>Results as tables for people and as JSON for programs.</summary>
internal static class Screen
{
    private const int WidthWithoutTerminal = 200;
    private static readonly JsonSerializerOptions JsonOptions = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static void Json<T>(T result) => Console.WriteLine(JsonSerializer.Serialize(result, JsonOptions));

    /// <param name="columns">Headers; one that begins with <c>&gt;</c> is of a column of numbers.</param>
    public static void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows, TextWriter? output = null)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
            table.AddColumn(column.StartsWith('>') ? new TableColumn(column[1..]).RightAligned().NoWrap() : new TableColumn(column).NoWrap());
        foreach (var row in rows)
            table.AddRow([.. row.Select(Markup.Escape)]);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output ?? Console.Out) });
        if (output is not null || Console.IsOutputRedirected)
            console.Profile.Width = WidthWithoutTerminal;
        console.Write(table);
    }
}
