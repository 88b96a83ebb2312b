using System.Globalization;

namespace Rtfm.Srl;

/// <summary>Something wrong in a source text: where, what, and the line itself with a caret under the place.</summary>
/// <param name="File">The file's name as it was given.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="SourceLine">The whole line, as it stands in the file.</param>
public sealed record Diagnostic(Severity Severity, string File, int Line, int Column, string Message, string SourceLine)
{
    /// <summary>Characters of a line that are shown; more does not fit a screen.</summary>
    private const int ShownLength = 160;

    public override string ToString()
    {
        var first = Math.Max(0, Column - 1 - ShownLength / 2);
        var length = Math.Clamp(SourceLine.Length - first, 0, ShownLength);
        var shown = string.Concat(SourceLine.AsSpan(Math.Min(first, SourceLine.Length), length).ToArray().Select(Printable));
        // Tabs stay tabs in front of the caret, so that it stands where the eye expects it.
        var indent = string.Concat(shown.Take(Column - 1 - first).Select(c => c == '\t' ? '\t' : ' ')).PadRight(Column - 1 - first);
        var severity = Severity == Severity.Error ? "error" : "warning";
        return string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}: {severity}: {Message}\n  {shown}\n  {indent}^");
    }

    // A file that is no rule file must not drive the terminal.
    private static char Printable(char c) => char.IsControl(c) && c != '\t' ? '?' : c;
}
