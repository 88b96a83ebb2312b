using System.Text;
using Rtfm.Srl.Language;

namespace Rtfm.Srl.Formatting;

/// <summary>Cuts a program into the pieces that are laid out, line by line. Texts of DEFINEs are pieces as they are: they may be part of anything.</summary>
internal static class FormatTokens
{
    public static IEnumerable<List<FormatToken>> Lines(string text)
    {
        var isInDefine = false;
        foreach (var line in text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
            yield return Line(line, ref isInDefine);
    }

    private static List<FormatToken> Line(string line, ref bool isInDefine)
    {
        var tokens = new List<FormatToken>();
        var at = 0;
        if (isInDefine)
            at = ReadDefine(line, 0, tokens, ref isInDefine);
        while (at < line.Length)
        {
            var c = line[at];
            if (char.IsWhiteSpace(c))
                at++;
            else if (c == '#')
                at = Add(FormatKind.Comment, line[at..].TrimEnd(), line.Length);
            else if (c == '\'' && CharacterEnd(line, at) is { } quote)
                at = Add(FormatKind.Word, line[at..quote], quote);
            else if (c == '"' && line.IndexOf('"', at + 1) is > 0 and var end)
                at = Add(FormatKind.Word, line[at..(end + 1)], end + 1);
            else if (IsOfWord(c) || (c == ':' && IsOperandNext(tokens) && at + 1 < line.Length && line[at + 1] == ':'))
                at = ReadWord(line, at, tokens, ref isInDefine);
            else if (at + 1 < line.Length && line.AsSpan(at, 2) is "&&" or "||" or "==" or ":=")
                at = Add(FormatKind.Symbol, line.Substring(at, 2), at + 2);
            else
                at = Add(FormatKind.Symbol, c.ToString(), at + 1);
        }
        return tokens;

        int Add(FormatKind kind, string token, int next)
        {
            tokens.Add(new(kind, token));
            return next;
        }
    }

    private static int ReadWord(string line, int start, List<FormatToken> tokens, ref bool isInDefine)
    {
        var end = start;
        var isOperand = IsOperandNext(tokens);
        while (
            end < line.Length
            && (IsOfWord(line[end]) || line[end] is '.' or '!' or '-' || (isOperand && line[end] == ':' && !line.AsSpan(end).StartsWith(":=")))
        )
            end++;
        if (isOperand && end > start && line[end - 1] == ':' && !(end - start > 1 && line[end - 2] == ':'))
            end--;
        var word = line[start..end];
        if (word.Equals("define", StringComparison.OrdinalIgnoreCase))
            return ReadDefine(line, start, tokens, ref isInDefine);
        tokens.Add(new(FormatKind.Word, Words.Spelling(word)));
        return end;
    }

    /// <summary>Up to the semicolon that ends it, or to the line's end.</summary>
    private static int ReadDefine(string line, int start, List<FormatToken> tokens, ref bool isInDefine)
    {
        var isContinued = isInDefine;
        var text = new StringBuilder();
        isInDefine = true;
        var at = start;
        for (; at < line.Length; at++)
        {
            var isComment = line[at] == '#' && !(at > 0 && line[at - 1] == '\'' && at + 1 < line.Length && line[at + 1] == '\'');
            if (isComment)
                break;
            text.Append(line[at]);
            if (line[at] == ';' && !(at > 0 && line[at - 1] == '\\'))
            {
                isInDefine = false;
                at++;
                break;
            }
        }
        var define = text.ToString().Trim();
        if (define.Length > 0)
            tokens.Add(new(FormatKind.Define, (isContinued ? "  " : "") + (isContinued ? define : Head(define))));
        return at;
    }

    /// <summary><c>define name = </c> evenly, and the text as it is.</summary>
    private static string Head(string define)
    {
        var equals = define.IndexOf('=', StringComparison.Ordinal);
        var words = (equals < 0 ? define : define[..equals]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 2 || equals < 0)
            return define;
        return $"define {words[1]} = {define[(equals + 1)..].Trim()}".TrimEnd();
    }

    private static int? CharacterEnd(string line, int start)
    {
        for (var at = start + 1; at < line.Length; at++)
        {
            if (line[at] == '\\')
                at++;
            else if (line[at] == '\'' && at > start + 1)
                return at + 1;
        }
        return null;
    }

    private static bool IsOfWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    /// <summary>Where values stand, colons may be part of them.</summary>
    private static bool IsOperandNext(List<FormatToken> tokens) => tokens.Count > 0 && tokens[^1].Text is "==" or "(" or "," or "=" or "&";
}
