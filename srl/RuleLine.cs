using Rtfm.Model;

namespace Rtfm.Srl;

/// <summary>One line of a rule file, read from left to right. Values are in the other part.</summary>
internal sealed partial class RuleLine
{
    private readonly string _text;
    private int _at;

    public RuleLine(string text)
    {
        _text = WithoutComment(text);
        SkipBlanks();
    }

    /// <summary>Where reading has got to, counted from 1.</summary>
    public int Column => _at + 1;

    public bool IsAtEnd => _at == _text.Length;

    /// <summary>The next character; '\0' at the end.</summary>
    public char Peek => IsAtEnd ? '\0' : _text[_at];

    /// <summary>Reads <c>label:</c>, which is a word that names no attribute.</summary>
    public bool TryReadLabel(out string label, out int column)
    {
        var start = _at;
        column = Column;
        label = ReadWord();
        if (label.Length > 0 && char.IsAsciiLetter(label[0]) && FlowAttributes.Find(label) is null && TryRead(':'))
            return true;
        _at = start;
        return false;
    }

    public AttributeInfo ReadAttribute()
    {
        var column = Column;
        if (TryRead('-'))
            return FlowAttributes.Get(FlowAttribute.Null);
        var word = ReadWord();
        if (word.Length == 0)
            throw new RuleSyntaxException(column, "expected an attribute, for example sourcePeerAddress");
        if (FlowAttributes.Find(word) is not { } attribute)
            throw new RuleSyntaxException(column, $"'{Shortened(word)}' is no attribute");
        return attribute.Is(AttributeRoles.Testable)
            ? attribute
            : throw new RuleSyntaxException(column, $"{attribute.Name} cannot be used in a rule");
    }

    public Opcode ReadAction()
    {
        var column = Column;
        var word = ReadWord();
        // Enum.TryParse would take numbers, too.
        if (word.Length > 0 && char.IsAsciiLetter(word[0]) && Enum.TryParse<Opcode>(word, ignoreCase: true, out var action))
            return action;
        throw new RuleSyntaxException(column, word.Length == 0 ? "expected an action, for example Count" : $"'{Shortened(word)}' is no action");
    }

    public string ReadTarget(out int column)
    {
        column = Column;
        var word = ReadWord();
        return word.Length > 0 ? word : throw new RuleSyntaxException(column, "expected the number of a rule, a label, or Next");
    }

    public bool TryRead(char expected)
    {
        if (Peek != expected)
            return false;
        _at++;
        SkipBlanks();
        return true;
    }

    public void Read(char expected, string what)
    {
        if (!TryRead(expected))
            throw new RuleSyntaxException(Column, $"expected {what}");
    }

    /// <summary>A word for a message: a file that is no rule file has words of any length.</summary>
    public static string Shortened(string word) => word.Length <= 40 ? word : word[..40] + "…";

    private string ReadWord()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_'))
            _at++;
        var word = _text[start.._at];
        SkipBlanks();
        return word;
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t')
            _at++;
    }

    /// <summary>A <c>#</c> begins a comment, unless it stands between quotes.</summary>
    private static string WithoutComment(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var isQuoted = i > 0 && i + 1 < text.Length && text[i - 1] == '\'' && text[i + 1] == '\'';
            if (text[i] == '#' && !isQuoted)
                return text[..i].TrimEnd();
        }
        return text.TrimEnd();
    }
}
