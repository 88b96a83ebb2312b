namespace Rtfm.Srl.Language;

/// <summary>A text with a name, and where its lines begin.</summary>
/// <param name="name">As messages show it.</param>
internal sealed class SourceText(string name, string text)
{
    private readonly Lazy<int[]> _lines = new(() => LinesOf(text));

    public string Name { get; } = name;

    public string Text { get; } = text;

    /// <summary>The line of an offset, and the column in it, counted from 1.</summary>
    public (SourceLine Line, int Column) Locate(int offset)
    {
        var lines = _lines.Value;
        var index = Array.BinarySearch(lines, offset);
        index = index < 0 ? ~index - 1 : index;
        var end = index + 1 < lines.Length ? lines[index + 1] - 1 : Text.Length;
        return (new(index + 1, Text[lines[index]..end].TrimEnd()), offset - lines[index] + 1);
    }

    private static int[] LinesOf(string text)
    {
        var lines = new List<int> { 0 };
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
                lines.Add(i + 1);
        }
        return [.. lines];
    }
}
