namespace Rtfm.Srl;

/// <summary>A line of a source text, counted from 1, without its end.</summary>
internal readonly record struct SourceLine(int Number, string Text);
