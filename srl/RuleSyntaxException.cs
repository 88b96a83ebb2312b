namespace Rtfm.Srl;

/// <summary>Ends the reading of one rule; the assembler turns it into a diagnostic and goes on with the next line.</summary>
internal sealed class RuleSyntaxException(int column, string message) : Exception(message)
{
    public int Column { get; } = column;
}
