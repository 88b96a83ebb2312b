namespace Rtfm.Manager.Rendering;

/// <summary>Sheets as aligned text, for files and pipes: nothing is cut, no line ends in blanks.</summary>
internal static class PlainText
{
    private const string Gap = "  ";

    public static void Write(IReadOnlyList<Sheet> sheets, TextWriter output)
    {
        for (var i = 0; i < sheets.Count; i++)
        {
            if (i > 0)
                output.WriteLine();
            Write(sheets[i], output);
        }
    }

    private static void Write(Sheet sheet, TextWriter output)
    {
        if (sheet.Title.Length > 0)
            output.WriteLine(sheet.Title);
        var widths = sheet.Columns.Select((column, i) => sheet.Rows.Select(row => row[i].Length).Append(column.Header.Length).Max()).ToArray();
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
