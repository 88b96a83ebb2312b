namespace Rtfm.Srl.Language;

/// <summary>Where something stands in a source text; for what comes of a define, where the define's name stands.</summary>
/// <param name="Define">The define whose text it is part of, or null.</param>
internal readonly record struct Place(SourceText Source, int Offset, string? Define = null);
