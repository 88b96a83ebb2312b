namespace Rtfm.Srl.Language;

internal sealed partial class Parser
{
    /// <summary>
    /// Words that RFC 2723 does not reserve, but programs written for NeTraMet have: INCLUDE and SET are done, FORMAT, STATISTICS and OPTIMISE passed over.
    /// They stay free for labels (AMB-44).
    /// </summary>
    private bool TryReadDirective()
    {
        var word = Peek();
        if (word.Kind != TokenKind.Word)
            return false;
        var directive = word.Text.ToUpperInvariant();
        if (directive is not ("INCLUDE" or "SET" or "FORMAT" or "STATISTICS" or "OPTIMISE" or "OPTIMIZE"))
            return false;
        var before = _at;
        Take();
        if (Peek().Is(":"))
        {
            _at = before;
            return false;
        }
        switch (directive)
        {
            case "INCLUDE":
                ReadInclude(word);
                break;
            case "SET":
                ReadSet();
                break;
            default:
                _diagnoser.Warn(word.Place, $"{directive} is passed over: {ReasonToPassOver(directive)}");
                while (!Peek().Is(";") && Peek().Kind != TokenKind.End)
                    Take(isOperand: true);
                Expect(";", "';'");
                break;
        }
        return true;
    }

    private static string ReasonToPassOver(string directive) =>
        directive switch
        {
            "FORMAT" => "meter readers choose what they read",
            "STATISTICS" => "the meter keeps its counters always",
            _ => "rule sets are optimised always",
        };

    /// <summary><c>SET name ;</c> gives the rule set its name.</summary>
    private void ReadSet()
    {
        var token = Peek();
        if (token.Kind is not (TokenKind.Word or TokenKind.Number))
            throw Expected(token, "the rule set's name");
        Take();
        if (token.Kind == TokenKind.Number)
            _diagnoser.Warn(token.Place, "SET with a number is passed over: the number is chosen when the rule set is loaded");
        else
            _name = token.Text;
        ExpectSemicolon();
    }

    /// <summary><c>INCLUDE "file" ;</c> or <c>INCLUDE file ;</c>: the file's text, from the folder of the file that includes it.</summary>
    private void ReadInclude(Token word)
    {
        var name = Scanner.TryReadQuoted(_at, out var next) ?? Scanner.ReadToSemicolon(_at, out next);
        if (name.Length == 0)
            throw Expected(Peek(), "the name of a file");
        _at = next;
        Expect(";", "';' behind the file's name");
        var folder = Path.GetDirectoryName(word.Start.Frame.Path);
        string path;
        string text;
        try
        {
            path = Path.GetFullPath(folder is null ? name : Path.Combine(folder, name));
            text = SourceFile.Read(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            _diagnoser.Error(word.Place, $"'{RuleLine.Shortened(name)}' cannot be included: {Reason(fault)}");
            return;
        }
        if (text.Length > SourceFile.MaxLength)
            throw new SrlHopelessException(word.Place, $"'{name}' is too long: no program");
        // A file's last word does not run into what follows its INCLUDE.
        _at = Scanner.Enter(new SourceText(name, text + "\n"), path, word.Place, _at);
    }

    private static string Reason(Exception fault) =>
        fault is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : fault.Message;
}
