using System.Globalization;
using Rtfm.Model;

namespace Rtfm.Srl;

internal sealed partial class RuleLine
{
    private const string Escapes = "abfnrtv\\'\"?";
    private const string Escaped = "\a\b\f\n\r\t\v\\'\"?";

    /// <summary>A character in quotes, as in C: only the six computed attributes have characters for values (SRL-09).</summary>
    private byte ReadCharacter(AttributeInfo attribute)
    {
        var column = Column;
        if (!attribute.Is(AttributeRoles.Computed))
            throw new RuleSyntaxException(column, $"{attribute.Name} has no character for a value; only classes and kinds have");
        _at++;
        var character = Peek == '\\' ? ReadEscape() : ReadPlain();
        if (character is not { } octet || !TryRead('\''))
            throw new RuleSyntaxException(column, "expected one character of one octet between quotes");
        return octet;
    }

    private byte? ReadPlain() => IsAtEnd || Peek is '\'' or > (char)0xFF ? null : (byte)_text[_at++];

    private byte? ReadEscape()
    {
        _at++;
        var known = IsAtEnd ? -1 : Escapes.IndexOf(Peek, StringComparison.Ordinal);
        if (known >= 0)
        {
            _at++;
            return (byte)Escaped[known];
        }
        var isHex = Peek == 'x';
        if (isHex)
            _at++;
        var start = _at;
        while (!IsAtEnd && _at - start < 3 && (isHex ? char.IsAsciiHexDigit(Peek) : Peek is >= '0' and <= '7'))
            _at++;
        if (_at == start)
            return null;
        var digits = _text.AsSpan(start, _at - start);
        var number = isHex ? int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : Octal(digits);
        return number <= byte.MaxValue ? (byte)number : null;
    }

    private static int Octal(ReadOnlySpan<char> digits)
    {
        var number = 0;
        foreach (var digit in digits)
            number = number * 8 + (digit - '0');
        return number;
    }
}
