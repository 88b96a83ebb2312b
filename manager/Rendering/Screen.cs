using System.CommandLine;
using System.Text.Json;
using Rtfm.Manager.Commands;
using Spectre.Console;

namespace Rtfm.Manager.Rendering;

/// <summary>Results on standard output: tables for people at a terminal, aligned text for files, JSON for programs.</summary>
internal static class Screen
{
    private static readonly JsonSerializerOptions JsonOptions = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private static readonly JsonSerializerOptions JsonLineOptions = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Shows a result as JSON where the arguments ask for it, else as sheets.</summary>
    public static void Show<T>(ParseResult arguments, T result, params Sheet[] sheets)
    {
        if (arguments.GetValue(MeterOptions.Json))
            Console.WriteLine(JsonSerializer.Serialize(result, JsonOptions));
        else if (Console.IsOutputRedirected)
            PlainText.Write(sheets, Console.Out);
        else
            Draw(sheets);
    }

    /// <summary>One of many results, as an object on a line.</summary>
    public static void ShowLine<T>(T result) => Console.WriteLine(JsonSerializer.Serialize(result, JsonLineOptions));

    /// <summary>Shows a result as JSON where the arguments ask for it, else in words.</summary>
    public static void Show<T>(ParseResult arguments, T result, string words) =>
        Console.WriteLine(arguments.GetValue(MeterOptions.Json) ? JsonSerializer.Serialize(result, JsonOptions) : words);

    private static void Draw(Sheet[] sheets)
    {
        foreach (var sheet in sheets)
            AnsiConsole.Write(Table(sheet));
    }

    /// <summary>A sheet as it is drawn on a terminal.</summary>
    public static Table Table(Sheet sheet)
    {
        var table = new Table().Border(TableBorder.Simple);
        if (sheet.Title.Length > 0)
            table.Title(Markup.Escape(sheet.Title));
        foreach (var column in sheet.Columns)
        {
            var drawn = new TableColumn(column.Header) { Alignment = column.IsNumber ? Justify.Right : Justify.Left };
            // Numbers and the name that begins a row stay whole; what is wide becomes several lines on a narrow screen.
            drawn.NoWrap = column.IsNumber || column == sheet.Columns[0];
            table.AddColumn(drawn);
        }
        foreach (var row in sheet.Rows)
            table.AddRow([.. row.Select(Markup.Escape)]);
        return table;
    }
}
