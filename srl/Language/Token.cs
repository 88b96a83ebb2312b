namespace Rtfm.Srl.Language;

internal enum TokenKind : byte
{
    End,

    /// <summary>Keyword, attribute, or name.</summary>
    Word,

    /// <summary>A decimal integer.</summary>
    Number,

    /// <summary>A number, fields, or an IPv6 address: only in the place of an operand.</summary>
    Value,

    /// <summary>A character in apostrophes.</summary>
    Character,

    /// <summary>Punctuation; the text says which.</summary>
    Symbol,

    /// <summary>What no program has; the text is what to say about it.</summary>
    Bad,
}

/// <summary>A position in the text being read: in a file, or in the text of a define that stands for its name there.</summary>
internal readonly record struct Cursor(Frame Frame, int Offset);

/// <summary>A text being read, and where reading goes on at its end (<paramref name="returnTo"/>).</summary>
/// <param name="define">The define whose text it is; null for a file.</param>
/// <param name="path">The file's path; null for a define.</param>
/// <param name="use">Where the define's name stands.</param>
/// <param name="depth">Frames below this one.</param>
internal sealed class Frame(SourceText source, string? define, string? path, Place? use, Cursor? returnTo, int depth)
{
    public SourceText Source { get; } = source;

    public string? Define { get; } = define;

    public string? Path { get; } = path;

    public Place? Use { get; } = use;

    public Cursor? Return { get; } = returnTo;

    public int Depth { get; } = depth;
}

/// <summary>A token; reading it again in another way begins at <paramref name="Start"/>.</summary>
/// <param name="Start">Before the token, and before the define that it comes of.</param>
/// <param name="Next">Behind it.</param>
internal readonly record struct Token(TokenKind Kind, string Text, Place Place, Cursor Start, Cursor Next)
{
    public bool Is(string text) => Kind is TokenKind.Symbol or TokenKind.Word && Text.Equals(text, StringComparison.OrdinalIgnoreCase);

    /// <summary>The token for a message.</summary>
    public string Shown =>
        Kind switch
        {
            TokenKind.End => "the end of the program",
            TokenKind.Bad => Text,
            _ => $"'{RuleLine.Shortened(Text)}'",
        };
}
