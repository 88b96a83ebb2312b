using System.Globalization;

namespace Rtfm.Srl;

/// <summary>How bad it is.</summary>
public enum Severity
{
    /// <summary>The text means something, but hardly what was meant.</summary>
    Warning,

    /// <summary>The text cannot be used.</summary>
    Error,
}

/// <summary>Something wrong in a source text: where, what, and the line itself with a caret under the place.</summary>
/// <param name="File">The file's name as it was given.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
public sealed record Diagnostic(Severity Severity, string File, int Line, int Column, string Message, string SourceLine)
{
    public override string ToString()
    {
        // Tabs stay tabs in front of the caret, so that it stands where the eye expects it.
        var indent = string.Concat(SourceLine.Take(Column - 1).Select(c => c == '\t' ? '\t' : ' '));
        var severity = Severity == Severity.Error ? "error" : "warning";
        return string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}: {severity}: {Message}\n  {SourceLine}\n  {indent}^");
    }
}
