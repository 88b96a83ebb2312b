using System.Text;

namespace Rtfm.Srl.Language;

/// <summary>Makes tokens of a program's text. DEFINEs are taken in on the way, and their names replaced by their texts (RFC 2723 §2, §2.1).</summary>
/// <remarks>
/// Reading depends on the place: <c>FF-00</c> and <c>fe80::1</c> are values only where an operand is expected (SRL-08, SRL-10). A place in the text is a
/// value, so that the same place can be read once in the one way and then in the other.
/// </remarks>
internal sealed class Scanner(Diagnoser diagnoser)
{
    private const int MaxDepth = 64;

    /// <summary>Uses of defines in one program; texts that name each other several times grow without bounds.</summary>
    private const int MaxUses = 200_000;

    private readonly Dictionary<string, Define> _defines = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<Cursor, Cursor> _uses = [];

    private sealed record Define(string Name, SourceText Text, Place Place);

    /// <summary>The beginning of a file.</summary>
    public static Cursor Start(SourceText text, string? path) => new(new Frame(text, null, path, null, null, 0), 0);

    /// <summary>Goes on in another file, and behind it at <paramref name="returnTo"/>.</summary>
    public static Cursor Enter(SourceText text, string path, Place use, Cursor returnTo)
    {
        var depth = returnTo.Frame.Depth + 1;
        if (depth > MaxDepth)
            throw new SrlHopelessException(use, $"files include each other more than {MaxDepth} deep");
        for (var frame = returnTo.Frame; frame is not null; frame = frame.Return?.Frame)
        {
            if (frame.Path == path)
                throw new SrlHopelessException(use, $"{text.Name} includes itself");
        }
        return new(new Frame(text, null, path, null, returnTo, depth), 0);
    }

    /// <summary>The token at a place.</summary>
    /// <param name="isOperand">True where a value or the name of one is expected.</param>
    public Token Read(Cursor at, bool isOperand)
    {
        for (; ; )
        {
            at = SkipBlanks(at);
            var c = Char(at);
            if (c == '\0')
                return IsEnd(at) ? new(TokenKind.End, "", PlaceOf(at), at, at) : Bad(at, "a character that no program has");
            if (char.IsAsciiLetter(c))
            {
                if (isOperand && TryReadValue(at) is { } value)
                    return value;
                var word = ReadWord(at, out var next);
                if (word.Equals("DEFINE", StringComparison.OrdinalIgnoreCase))
                    at = ReadDefine(at, next);
                else if (_defines.TryGetValue(word, out var define))
                    at = Use(define, at, next);
                else
                    return new(TokenKind.Word, isOperand ? WithHyphens(word, ref next) : word, PlaceOf(at), at, next);
                continue;
            }
            if (isOperand && (char.IsAsciiDigit(c) || (c == ':' && Char(Next(at)) == ':')))
                return TryReadValue(at) ?? Bad(at, "no value");
            if (char.IsAsciiDigit(c))
                return ReadNumber(at);
            return c == '\'' ? ReadCharacter(at) : ReadSymbol(at);
        }
    }

    /// <summary>Behind the next word or character.</summary>
    public static Cursor SkipWord(Cursor at)
    {
        at = SkipBlanks(at);
        if (!char.IsAsciiLetter(Char(at)))
            return Next(at);
        ReadWord(at, out var next);
        return next;
    }

    /// <summary>A string in quotes, as a file's name is written; null where there is none.</summary>
    public static string? TryReadQuoted(Cursor at, out Cursor next)
    {
        next = SkipBlanks(at);
        var quote = Char(next);
        if (quote is not ('"' or '\''))
            return null;
        var text = new StringBuilder();
        for (next = Next(next); Char(next) is not ('\0' or '\n') and var c; next = Next(next))
        {
            if (c == quote)
            {
                next = Next(next);
                return text.ToString();
            }
            text.Append(c);
        }
        return null;
    }

    /// <summary>The characters up to the semicolon, which are left where they are.</summary>
    public static string ReadToSemicolon(Cursor at, out Cursor next)
    {
        var text = new StringBuilder();
        for (next = SkipBlanks(at); !IsEnd(next) && Char(next) is not (';' or '\n') and var c; next = Next(next))
            text.Append(c);
        return text.ToString().Trim();
    }

    /// <summary>Where a place is, as a message tells it.</summary>
    public static Place PlaceOf(Cursor at) =>
        at.Frame.Use is { } use
            ? use with
            {
                Define = use.Define ?? at.Frame.Define,
            }
            : new(at.Frame.Source, Math.Min(at.Offset, at.Frame.Source.Text.Length));

    private Cursor Use(Define define, Cursor at, Cursor next)
    {
        if (_uses.TryGetValue(at, out var inside))
            return inside;
        var place = PlaceOf(at);
        for (var frame = at.Frame; frame?.Define is not null; frame = frame.Return?.Frame)
        {
            if (frame.Define.Equals(define.Name, StringComparison.OrdinalIgnoreCase))
                throw new SrlHopelessException(place, $"the text of '{define.Name}' comes to itself again");
        }
        if (at.Frame.Depth >= MaxDepth || _uses.Count >= MaxUses)
            throw new SrlHopelessException(place, "the defines become too long: they name each other too often");
        // What a define's text has of its own stands where the outermost name stands.
        var use = at.Frame.Use ?? place with { Define = define.Name };
        inside = new(new Frame(define.Text, define.Name, at.Frame.Path, use, next, at.Frame.Depth + 1), 0);
        _uses.Add(at, inside);
        return inside;
    }

    /// <summary>DEFINE name = text ; the text ends before a semicolon without a backslash, wherever that stands (SRL-05).</summary>
    private Cursor ReadDefine(Cursor start, Cursor at)
    {
        var place = PlaceOf(start);
        at = SkipBlanks(at);
        if (!char.IsAsciiLetter(Char(at)))
            throw new SrlSyntaxException(PlaceOf(at), "expected a name to define");
        var name = ReadWord(at, out var next);
        var namePlace = PlaceOf(at);
        at = SkipBlanks(next);
        if (Char(at) != '=' || Char(Next(at)) == '=')
            throw new SrlSyntaxException(PlaceOf(at), $"expected '=' and what {name} stands for");
        at = Next(at);
        var text = new StringBuilder();
        for (; Char(at) != ';'; at = Next(at))
        {
            if (IsEnd(at))
                throw new SrlHopelessException(place, $"the text of '{name}' has no end: expected ';'");
            if (Char(at) == '\\' && Char(Next(at)) == ';')
                at = Next(at);
            else if (IsComment(at, text.Length > 0 ? text[^1] : ' '))
                at = SkipLine(at);
            text.Append(IsEnd(at) ? ' ' : Char(at));
        }
        if (IsRunOn(text.ToString()))
            diagnoser.Warn(namePlace, $"the text of '{name}' goes on into a statement: is the ';' of its line missing?");
        if (Words.IsReserved(name))
            diagnoser.Error(namePlace, $"'{name}' is a word of the language: it cannot be defined");
        else if (!_defines.TryAdd(name, new(name, new SourceText(name, text.ToString()), namePlace)) && _defines[name].Place != namePlace)
            diagnoser.Error(namePlace, $"'{name}' is already defined, in line {LineOf(_defines[name].Place)}");
        return Next(at);
    }

    /// <summary>True for a value, and in a later line what looks like a statement.</summary>
    private static bool IsRunOn(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.Length > 1
            && !char.IsAsciiLetter(lines[0][0])
            && lines[0][0] != '{'
            && lines.Skip(1).Any(line => Words.Keywords.Contains(FirstWord(line)));
    }

    private static string FirstWord(string line) => new([.. line.TakeWhile(char.IsAsciiLetter)]);

    private static int LineOf(Place place) => place.Source.Locate(place.Offset).Line.Number;

    /// <summary>Fields or an IPv6 address; null where a word stands.</summary>
    private static Token? TryReadValue(Cursor start)
    {
        var text = new StringBuilder();
        var next = start;
        while (char.IsAsciiHexDigit(Char(next)) || Char(next) is '.' or '-' or '!' or ':')
        {
            text.Append(Char(next));
            next = Next(next);
        }
        var run = text.ToString();
        var isIPv6 = run.Contains(':', StringComparison.Ordinal);
        if (char.IsAsciiLetter(run.FirstOrDefault()))
        {
            var digits = run.TakeWhile(char.IsAsciiHexDigit).Count();
            var isField = digits <= 2 && run.Length > digits && run[digits] == '-';
            var isGroup = digits <= 4 && run.Length > digits + 1 && run[digits] == ':';
            if (!isField && !isGroup)
                return null;
        }
        if (isIPv6 && run[^1] == ':' && !run.EndsWith("::", StringComparison.Ordinal))
        {
            // A colon that only ends a label.
            run = run[..^1];
            next = start;
            for (var i = 0; i < run.Length; i++)
                next = Next(next);
        }
        if (run.Length == 0)
            return null;
        return new(TokenKind.Value, run, PlaceOf(start), start, next);
    }

    private static Token ReadNumber(Cursor start)
    {
        var text = new StringBuilder();
        var next = start;
        for (; char.IsAsciiLetterOrDigit(Char(next)) || Char(next) == '_'; next = Next(next))
            text.Append(Char(next));
        var number = text.ToString();
        return number.All(char.IsAsciiDigit)
            ? new(TokenKind.Number, number, PlaceOf(start), start, next)
            : new(TokenKind.Bad, $"'{RuleLine.Shortened(number)}', which is neither a number nor a name", PlaceOf(start), start, next);
    }

    private static Token ReadCharacter(Cursor start)
    {
        var text = new StringBuilder("'");
        var next = Next(start);
        while (Char(next) is not ('\0' or '\n' or '\r') and var c && text.Length < 16)
        {
            text.Append(c);
            next = Next(next);
            if (c == '\'' && text.Length > 2)
                return new(TokenKind.Character, text.ToString(), PlaceOf(start), start, next);
            if (c == '\\' && Char(next) is not ('\0' or '\n'))
            {
                text.Append(Char(next));
                next = Next(next);
            }
        }
        return Bad(start, "a character constant without its end");
    }

    private static Token ReadSymbol(Cursor start)
    {
        var next = Next(start);
        var symbol = (Char(start), Char(next)) switch
        {
            ('&', '&') => "&&",
            ('|', '|') => "||",
            ('=', '=') => "==",
            (':', '=') => ":=",
            (('&' or '=' or ':' or ';' or ',' or '(' or ')' or '{' or '}' or '/') and var one, _) => one.ToString(),
            _ => null,
        };
        if (symbol is null)
            return Bad(start, Char(start) == '!' && Char(next) == '=' ? "'!=': the language has only ==" : $"'{Printable(Char(start))}'");
        return new(TokenKind.Symbol, symbol, PlaceOf(start), start, symbol.Length == 2 ? Next(next) : next);
    }

    private static Token Bad(Cursor at, string what) => new(TokenKind.Bad, what, PlaceOf(at), at, IsEnd(at) ? at : Next(at));

    private static char Printable(char c) => char.IsControl(c) ? '?' : c;

    private static string ReadWord(Cursor at, out Cursor next)
    {
        var word = new StringBuilder();
        for (next = at; char.IsAsciiLetterOrDigit(Char(next)) || Char(next) == '_'; next = Next(next))
            word.Append(Char(next));
        return word.ToString();
    }

    /// <summary>The names of services have hyphens: <c>ftp-data</c>.</summary>
    private static string WithHyphens(string word, ref Cursor next)
    {
        while (Char(next) == '-' && char.IsAsciiLetterOrDigit(Char(Next(next))))
            word += "-" + ReadWord(Next(next), out next);
        return word;
    }

    private static Cursor SkipBlanks(Cursor at)
    {
        while (!IsEnd(at))
        {
            if (Char(at) == '#')
                at = SkipLine(at);
            else if (char.IsWhiteSpace(Char(at)) || Char(at) == '\uFEFF')
                at = Next(at);
            else
                break;
        }
        return at;
    }

    private static Cursor SkipLine(Cursor at)
    {
        while (!IsEnd(at) && Char(at) != '\n')
            at = Next(at);
        return at;
    }

    /// <summary>A <c>#</c> begins a comment, unless it stands between apostrophes.</summary>
    private static bool IsComment(Cursor at, char before) => Char(at) == '#' && !(before == '\'' && Char(Next(at)) == '\'');

    /// <summary>The character at a place; '\0' at the program's end.</summary>
    private static char Char(Cursor at)
    {
        at = Settled(at);
        return at.Offset < at.Frame.Source.Text.Length ? at.Frame.Source.Text[at.Offset] : '\0';
    }

    private static bool IsEnd(Cursor at)
    {
        at = Settled(at);
        return at.Offset >= at.Frame.Source.Text.Length;
    }

    private static Cursor Next(Cursor at)
    {
        at = Settled(at);
        return Settled(at with { Offset = at.Offset + 1 });
    }

    /// <summary>Behind the end of a define's text or of an included file, reading goes on where it was used.</summary>
    private static Cursor Settled(Cursor at)
    {
        while (at.Offset >= at.Frame.Source.Text.Length && at.Frame.Return is { } returnTo)
            at = returnTo;
        return at;
    }
}
