using System.Text;

namespace Rtfm.Srl.Formatting;

/// <summary>Lays a program out evenly: indentation, blanks, and the case of words. Lines stay where they are broken, comments where they stand.</summary>
/// <remarks>Only blanks and the case of words are changed, so the program means the same; one that cannot be parsed is laid out as well as it goes.</remarks>
public static class SrlFormatter
{
    private const int Indent = 2;

    public static string Format(string text)
    {
        var output = new StringBuilder();
        var layout = new Layout();
        var isBlank = false;
        foreach (var line in FormatTokens.Lines(text))
        {
            if (line.Count == 0)
            {
                isBlank = output.Length > 0;
                continue;
            }
            if (isBlank)
                output.Append('\n');
            isBlank = false;
            output.Append(' ', Indent * layout.IndentOf(line[0])).Append(layout.Join(line)).Append('\n');
        }
        return output.ToString();
    }

    /// <summary>What is open where a line begins.</summary>
    private sealed class Layout
    {
        private int _depth;
        private int _parentheses;
        private bool _isInStatement;

        /// <summary>A CALL or SUBROUTINE whose parentheses are not closed yet; its body follows.</summary>
        private bool _isInHeader;

        public int IndentOf(FormatToken first)
        {
            var closes = first.Is("}") || first.Is("endsub") || first.Is("endcall");
            var depth = Math.Max(0, closes ? _depth - 1 : _depth);
            var isContinued = _isInStatement && !closes && !first.Is("{");
            return depth + (isContinued || _parentheses > 0 ? 1 : 0);
        }

        public string Join(List<FormatToken> line)
        {
            var text = new StringBuilder();
            FormatToken? before = null;
            foreach (var token in line)
            {
                if (before is { } previous)
                    text.Append(Blanks(previous, token));
                text.Append(token.Text);
                Follow(token);
                before = token;
            }
            return text.ToString().TrimEnd();
        }

        private void Follow(FormatToken token)
        {
            switch (token.Text)
            {
                case "{":
                    _depth++;
                    _isInStatement = false;
                    return;
                case "}" or "endsub" or "endcall":
                    _depth = Math.Max(0, _depth - 1);
                    _isInStatement = token.Text != "}";
                    return;
                case ";":
                    _isInStatement = false;
                    return;
                case ":":
                    _isInStatement = false;
                    return;
                case "call" or "subroutine":
                    _isInHeader = true;
                    break;
                case "(":
                    _parentheses++;
                    break;
                case ")":
                    _parentheses = Math.Max(0, _parentheses - 1);
                    if (_isInHeader && _parentheses == 0)
                    {
                        _isInHeader = false;
                        _depth++;
                        _isInStatement = false;
                        return;
                    }
                    break;
            }
            if (token.Kind == FormatKind.Define)
                _isInStatement = false;
            else if (token.Kind != FormatKind.Comment)
                _isInStatement = true;
        }

        private static string Blanks(FormatToken before, FormatToken token)
        {
            if (token.Kind == FormatKind.Comment)
                return "  ";
            var isTight =
                token.Text is "," or ";" or ")" or "/" or ":"
                || before.Text is "(" or "/"
                // A width or a label belongs to what it stands behind.
                || (before.Text == ":" && token.Text == ":");
            return isTight ? "" : " ";
        }
    }
}

internal enum FormatKind : byte
{
    Word,
    Symbol,
    Comment,

    /// <summary>A whole DEFINE, as far as it stands in the line.</summary>
    Define,
}

internal readonly record struct FormatToken(FormatKind Kind, string Text)
{
    public bool Is(string text) => Text == text;
}
