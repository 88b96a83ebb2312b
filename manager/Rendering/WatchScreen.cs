using Rtfm.Control.Domain;

namespace Rtfm.Manager.Rendering;

/// <summary>A domain as it is now, on one screen: the tables of <c>domain status</c>, and below them what happened last.</summary>
internal static class WatchScreen
{
    /// <summary>Events that are shown on a low screen, too, rather than the tables that change least.</summary>
    private const int FewestEvents = 4;

    /// <summary>Title and header of a table, and the empty line in front of it.</summary>
    private const int LinesAround = 3;

    /// <summary>What fits: on a narrow screen columns are left out, on a low one tables, then members; of the events the last are shown.</summary>
    /// <param name="width">In characters.</param>
    /// <param name="height">In lines: no more are given.</param>
    public static IReadOnlyList<string> Lines(DomainStatus? status, string? complaint, IReadOnlyList<DomainEvent> events, int width, int height)
    {
        var top = complaint?.Split('\n') ?? [];
        Sheet[] sheets = status is null ? [] : [.. DomainScreen.Status(status)];
        var room = height - top.Length - (events.Count == 0 ? 0 : LinesAround + Math.Min(events.Count, FewestEvents));
        // The first two are the domain itself and its members; of the others, those that come last say most about how it is.
        var shown = new bool[sheets.Length];
        foreach (var i in Enumerable.Range(0, sheets.Length).OrderBy(i => i < 2 ? i : sheets.Length + 2 - i))
        {
            var rows = sheets[i].Rows.Count;
            if (i == 1 && rows + LinesAround > room)
                sheets[i] = Shortened(sheets[i], Math.Max(room - LinesAround, 1));
            shown[i] = i < 2 || rows + LinesAround <= room;
            room -= shown[i] ? sheets[i].Rows.Count + LinesAround : 0;
        }
        var parts = sheets.Where((_, i) => shown[i]).ToList();
        if (events.Count > 0)
            parts.Add(Events([.. events.Skip(events.Count - Math.Min(events.Count, FewestEvents + Math.Max(room, 0)))]));
        using var text = new StringWriter { NewLine = "\n" };
        PlainText.Write([.. parts.Select(each => Narrowed(each, width))], text);
        return [.. top.Concat(text.ToString().TrimEnd('\n').Split('\n')).Take(height).Select(line => Cut(line, width))];
    }

    public static Sheet Events(IReadOnlyList<DomainEvent> events) =>
        new(
            "Events",
            [Column.Text("time"), Column.Text("member"), Column.Text("event"), Column.Text("")],
            [.. events.Select(each => (string[])[each.Time, each.Member, each.Event, each.Text])]
        );

    private static Sheet Shortened(Sheet sheet, int rows) =>
        sheet with
        {
            Title = $"{sheet.Title} ({sheet.Rows.Count}, of which {rows} fit here)",
            Rows = [.. sheet.Rows.Take(rows)],
        };

    private static Sheet Narrowed(Sheet sheet, int width)
    {
        while (PlainText.WidthOf(sheet) > width && sheet.Columns.Where(each => each.LeaveOut > 0).MinBy(each => each.LeaveOut) is { } first)
        {
            var at = sheet.Columns.ToList().IndexOf(first);
            sheet = sheet with
            {
                Columns = [.. sheet.Columns.Where((_, i) => i != at)],
                Rows = [.. sheet.Rows.Select(row => row.Where((_, i) => i != at).ToList())],
            };
        }
        return sheet;
    }

    private static string Cut(string line, int width) => line.Length <= width ? line : string.Concat(line.AsSpan(0, width - 1), "…");
}
