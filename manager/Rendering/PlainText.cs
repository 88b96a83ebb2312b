namespace Rtfm.Manager.Rendering;

/// <summary>Sheets as aligned text, for files and pipes: nothing is cut, no line ends in blanks.</summary>
internal static class PlainText
{
    private const string Gap = "  ";
    private const int FewWords = 20;

    public static void Write(IReadOnlyList<Sheet> sheets, TextWriter output)
    {
        for (var i = 0; i < sheets.Count; i++)
        {
            if (i > 0)
                output.WriteLine();
            Write(sheets[i], output);
        }
    }

    /// <summary>Of its longest line, in characters, and of a last column without a name no more than a few words: these may be cut.</summary>
    public static int WidthOf(Sheet sheet)
    {
        var widths = sheet.Columns.Select((column, i) => Math.Min(WidthOf(sheet, i), column.Header.Length == 0 ? FewWords : int.MaxValue)).ToList();
        return widths.Sum() + Gap.Length * (widths.Count(each => each > 0) - 1);
    }

    private static int WidthOf(Sheet sheet, int column) =>
        sheet.Rows.Select(row => row[column].Length).Append(sheet.Columns[column].Header.Length).Max();

    private static void Write(Sheet sheet, TextWriter output)
    {
        if (sheet.Title.Length > 0)
            output.WriteLine(sheet.Title);
        var widths = sheet.Columns.Select((_, i) => WidthOf(sheet, i)).ToArray();
        WriteRow([.. sheet.Columns.Select(column => column.Header)], sheet, widths, output);
        foreach (var row in sheet.Rows)
            WriteRow(row, sheet, widths, output);
    }

    private static void WriteRow(IReadOnlyList<string> cells, Sheet sheet, int[] widths, TextWriter output)
    {
        var padded = cells.Select((cell, i) => sheet.Columns[i].IsNumber ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
        output.WriteLine(string.Join(Gap, padded).TrimEnd());
    }
}
