namespace Rtfm.Srl;

/// <summary>How bad it is.</summary>
public enum Severity
{
    /// <summary>The text means something, but hardly what was meant.</summary>
    Warning,

    /// <summary>The text cannot be used.</summary>
    Error,
}
