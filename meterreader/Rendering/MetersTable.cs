using System.Globalization;
using Rtfm.MeterReader.Storage.Sqlite;
using Spectre.Console;

namespace Rtfm.MeterReader.Rendering;

/// <summary>How collection stands, a line for each meter.</summary>
internal static class MetersTable
{
    public static void Show(IReadOnlyList<MeterOverview> meters, DateTimeOffset now, TextWriter? output = null)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var name in new[] { "meter", "last collected", "ago" })
            table.AddColumn(new TableColumn(name).NoWrap());
        foreach (var name in new[] { "rule sets", "flows", "restarts" })
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        table.AddColumn("failure");
        foreach (var meter in meters)
        {
            table.AddRow(
                Markup.Escape(meter.Meter),
                meter.LastCollection?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "never",
                meter.LastCollection is { } last ? Ago(now - last) : "",
                Number(meter.RuleSets),
                Number(meter.Flows),
                Number(Math.Max(0, meter.Epochs - 1)),
                Markup.Escape(meter.Failure ?? "")
            );
        }
        Screen.Show(table, output);
    }

    private static string Ago(TimeSpan time) =>
        time.TotalDays >= 2 ? $"{(long)time.TotalDays} d"
        : time.TotalHours >= 2 ? $"{(long)time.TotalHours} h"
        : time.TotalMinutes >= 2 ? $"{(long)time.TotalMinutes} min"
        : $"{(long)time.TotalSeconds} s";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
