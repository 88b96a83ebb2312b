namespace Rtfm.Manager.Rendering;

/// <summary>A result as rows of text, before it is drawn.</summary>
internal sealed record Sheet(string Title, IReadOnlyList<Column> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);
