namespace Rtfm.Srl;

/// <summary>Collects what is wrong with a source text: as much of it as a person will read.</summary>
internal sealed class DiagnosticList(string file)
{
    private const int MaxErrors = 20;
    private const int MaxWarnings = 20;

    private readonly List<Diagnostic> _found = [];
    private int _errors;
    private int _warnings;

    /// <summary>In the order they were found.</summary>
    public IReadOnlyList<Diagnostic> Found => _found;

    public bool HasErrors => _errors > 0;

    /// <summary>After so many errors the rest is not worth reading.</summary>
    public bool IsFull => _errors >= MaxErrors;

    /// <param name="inFile">Another file than the list's.</param>
    public void Error(SourceLine line, int column, string message, string? inFile = null)
    {
        if (IsFull)
            return;
        _errors++;
        Add(Severity.Error, line, column, message, inFile);
        if (IsFull)
            Add(Severity.Error, line, column, $"{MaxErrors} errors: the rest is not looked at", inFile);
    }

    public void Warn(SourceLine line, int column, string message, string? inFile = null)
    {
        if (_warnings > MaxWarnings)
            return;
        _warnings++;
        Add(
            Severity.Warning,
            line,
            column,
            _warnings > MaxWarnings ? $"more than {MaxWarnings} warnings: the others are not shown" : message,
            inFile
        );
    }

    private void Add(Severity severity, SourceLine line, int column, string message, string? inFile) =>
        _found.Add(new(severity, inFile ?? file, line.Number, column, message, line.Text));
}
