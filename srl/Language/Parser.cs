using System.Collections.Immutable;
using System.Globalization;
using Rtfm.Model;

namespace Rtfm.Srl.Language;

/// <summary>Makes the syntax tree of a program (RFC 2723 appendix A). Expressions and operands are in the other part.</summary>
/// <remarks>What is wrong with a statement is told, and reading goes on behind it.</remarks>
internal sealed partial class Parser
{
    /// <summary>Statements and parentheses within each other.</summary>
    private const int MaxNesting = 100;

    private readonly Scanner _scanner;
    private readonly Diagnoser _diagnoser;
    private readonly Dictionary<string, Subroutine> _subroutines = new(StringComparer.OrdinalIgnoreCase);
    private Cursor _at;
    private (Cursor At, bool IsOperand, Token Token)? _read;
    private string? _name;
    private int _nesting;
    private bool _isInSubroutine;

    /// <summary>True where a subroutine may have been lost to a fault.</summary>
    private bool _lacksSubroutines;

    /// <summary>Behind the last token.</summary>
    private Cursor _behind;

    /// <summary>What ends the statements that are being read, the innermost last.</summary>
    private readonly Stack<string> _ends = [];

    private Parser(SourceText text, string? path, Diagnoser diagnoser)
    {
        _scanner = new Scanner(diagnoser);
        _diagnoser = diagnoser;
        _at = Scanner.Start(text, path);
    }

    /// <param name="path">The file's full path, from which INCLUDE goes on; null where the text is no file's.</param>
    public static SrlProgram Parse(SourceText text, string? path, Diagnoser diagnoser) => new Parser(text, path, diagnoser).ReadProgram();

    private SrlProgram ReadProgram()
    {
        var statements = ImmutableArray.CreateBuilder<Statement>();
        try
        {
            while (!_diagnoser.IsFull && !IsAtEnd())
                ReadUnit(statements);
        }
        catch (SrlHopelessException wrong)
        {
            _diagnoser.Error(wrong.Place, wrong.Message);
            _lacksSubroutines = true;
        }
        return new(statements.ToImmutable(), _subroutines, _name, _lacksSubroutines || _diagnoser.IsFull);
    }

    private bool IsAtEnd()
    {
        try
        {
            return Peek().Kind == TokenKind.End;
        }
        catch (SrlSyntaxException wrong)
        {
            Recover(wrong);
            return false;
        }
    }

    private void ReadUnit(ImmutableArray<Statement>.Builder statements) =>
        ReadRecovering(() =>
        {
            if (Peek().Is("SUBROUTINE"))
                ReadSubroutine();
            else if (!TryReadDirective())
                statements.Add(ReadStatement());
        });

    private void ReadSubroutine()
    {
        var place = Take().Place;
        Reference name;
        ImmutableArray<Parameter> parameters;
        try
        {
            name = TakeName("the subroutine's name");
            parameters = ReadParameters();
        }
        catch (SrlSyntaxException wrong)
        {
            // What its body means cannot be told.
            _diagnoser.Error(wrong.Place, wrong.Message);
            _lacksSubroutines = true;
            while (Peek().Kind != TokenKind.End && !Peek().Is("ENDSUB") && !Peek().Is("SUBROUTINE"))
                Take();
            if (Peek().Is("ENDSUB"))
                Take();
            if (Peek().Is(";"))
                Take();
            return;
        }
        _isInSubroutine = true;
        var body = ReadStatements("ENDSUB", place, out var end);
        _isInSubroutine = false;
        var subroutine = new Subroutine(place, name.Name, parameters, body, end);
        if (!_subroutines.TryAdd(name.Name, subroutine))
            _diagnoser.Error(name.Place, $"there is already a subroutine '{name.Name}'");
        if (body.IsEmpty)
            _diagnoser.Error(end, "expected a statement: a subroutine has at least one");
        ExpectSemicolon();
    }

    private ImmutableArray<Parameter> ReadParameters()
    {
        Expect("(", "'(' and the parameters");
        var parameters = ImmutableArray.CreateBuilder<Parameter>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (!Peek().Is(")"))
        {
            if (parameters.Count > 0)
                Expect(",", "',' or ')'");
            var kind = Peek();
            if (!kind.Is("ADDRESS") && !kind.Is("VARIABLE"))
                throw Expected(kind, "ADDRESS or VARIABLE, and a parameter's name");
            Take();
            var parameter = TakeName("the parameter's name");
            if (!names.Add(parameter.Name))
                _diagnoser.Error(parameter.Place, $"there is already a parameter '{parameter.Name}'");
            parameters.Add(new(parameter.Place, parameter.Name, kind.Is("VARIABLE")));
        }
        Take();
        return parameters.ToImmutable();
    }

    /// <summary>Statements up to a word or brace, which is taken.</summary>
    /// <param name="opener">What that belongs to, for messages.</param>
    private ImmutableArray<Statement> ReadStatements(string end, Place opener, out Place place)
    {
        var statements = ImmutableArray.CreateBuilder<Statement>();
        place = Scanner.PlaceOf(_at);
        _ends.Push(end);
        while (!IsEndReached(end, opener, ref place))
            ReadRecovering(() =>
            {
                if (Peek().Is("SUBROUTINE"))
                {
                    var at = Peek().Place;
                    throw new SrlHopelessException(at, $"a subroutine cannot be declared inside of something: expected '{end}'{InLine(opener, at)}");
                }
                if (!TryReadDirective())
                    statements.Add(ReadStatement());
            });
        _ends.Pop();
        return statements.ToImmutable();
    }

    /// <summary>True where the statements end, as they should or not; the word or brace that ends them is taken.</summary>
    private bool IsEndReached(string end, Place opener, ref Place place)
    {
        var isReached = false;
        var at = place;
        ReadRecovering(() =>
        {
            var token = Peek();
            at = token.Place;
            if (token.Kind == TokenKind.End || _diagnoser.IsFull)
                throw new SrlHopelessException(at, $"expected a statement or '{end}'{InLine(opener, at)}, but here is {token.Shown}");
            isReached = token.Is(end);
            if (isReached)
            {
                Take();
            }
            else if (_ends.Any(token.Is))
            {
                // It ends something further out: what is inner has been forgotten to end.
                _diagnoser.Error(at, $"expected a statement or '{end}'{InLine(opener, at)}, but here is {token.Shown}");
                isReached = true;
            }
        });
        place = at;
        return isReached;
    }

    /// <summary>Which of several it is that something is missing for, unless both stand in one line.</summary>
    private static string InLine(Place opener, Place at) =>
        LineOf(opener) == LineOf(at) && opener.Source == at.Source ? "" : $" for line {LineOf(opener)}";

    private static int LineOf(Place place) => place.Source.Locate(place.Offset).Line.Number;

    private void ReadRecovering(Action read)
    {
        var nesting = _nesting;
        try
        {
            read();
        }
        catch (SrlSyntaxException wrong)
        {
            _nesting = nesting;
            Recover(wrong);
        }
    }

    private Statement ReadStatement()
    {
        if (++_nesting > MaxNesting)
            throw new SrlHopelessException(Peek().Place, $"statements are more than {MaxNesting} deep within each other");
        try
        {
            var token = Peek();
            if (token.Kind == TokenKind.Symbol)
                return ReadPunctuated(token);
            if (token.Kind != TokenKind.Word)
                throw Expected(token, "a statement");
            return token.Text.ToUpperInvariant() switch
            {
                "IF" => ReadIf(),
                "CALL" => ReadCall(),
                _ when !Words.IsReserved(token.Text) => ReadLabelled(),
                _ => ReadImperative(),
            };
        }
        finally
        {
            _nesting--;
        }
    }

    private CompoundStatement ReadPunctuated(Token token)
    {
        if (token.Is("{"))
            return ReadCompound(null);
        if (!token.Is(";"))
            throw Expected(token, "a statement");
        Take();
        return new CompoundStatement(token.Place, null, []);
    }

    private CompoundStatement ReadCompound(string? label)
    {
        var place = Take().Place;
        var statements = ReadStatements("}", place, out var end);
        if (statements.IsEmpty)
            _diagnoser.Error(end, "expected a statement: there is at least one between braces");
        return new(place, label, statements);
    }

    private CompoundStatement ReadLabelled()
    {
        var label = Take();
        if (!Peek().Is(":") && (label.Is("and") || label.Is("or")))
            throw new SrlSyntaxException(label.Place, $"{label.Shown} is no statement; tests are joined with && and ||");
        if (!Peek().Is(":"))
            throw new SrlSyntaxException(label.Place, $"{label.Shown} is no statement{Words.KeywordSuggestion(label.Text)}");
        Take();
        return Peek().Is("{") ? ReadCompound(label.Text) : throw Expected(Peek(), $"'{{' behind the label {label.Text}:");
    }

    private IfStatement ReadIf()
    {
        var place = Peek().Place;
        var branches = ImmutableArray.CreateBuilder<Branch>();
        // ELSE IF in a row, however long, is read without going deeper.
        for (; ; )
        {
            var branch = Take().Place;
            var condition = ReadExpression();
            var isSaving = TryTakeSave(out var hasStatement);
            branches.Add(new(branch, condition, isSaving, hasStatement ? ReadStatement() : null));
            if (!Peek().Is("ELSE"))
                return new(place, branches.ToImmutable(), null);
            Take();
            if (!Peek().Is("IF"))
                return new(place, branches.ToImmutable(), ReadStatement());
        }
    }

    /// <summary><c>SAVE ,</c> and <c>SAVE ;</c> belong to the IF; <c>SAVE attribute</c> is its statement (SRL-23).</summary>
    private bool TryTakeSave(out bool hasStatement)
    {
        hasStatement = true;
        if (!Peek().Is("SAVE"))
            return false;
        var before = _at;
        Take();
        if (Peek().Is(",") || Peek().Is(";"))
        {
            hasStatement = Take().Is(",");
            return true;
        }
        var next = Peek();
        if (next.Is("{") || next.Is("}") || next.Kind == TokenKind.End || Words.Keywords.Contains(next.Text))
        {
            // Forgotten before the IF's statement, or before what comes behind an IF without one.
            hasStatement = next.Is("{") || IsStatement(next);
            _diagnoser.Error(Scanner.PlaceOf(_behind), $"expected {(hasStatement ? "','" : "';'")} behind SAVE, before {next.Shown}");
            return true;
        }
        _at = before;
        return false;
    }

    private CallStatement ReadCall()
    {
        var start = Take().Place;
        var place = start;
        var name = TakeName("a subroutine's name");
        Expect("(", "'(' and what the subroutine works on");
        var arguments = ImmutableArray.CreateBuilder<Reference>();
        while (!Peek().Is(")"))
        {
            if (arguments.Count > 0)
                Expect(",", "',' or ')'");
            arguments.Add(TakeReference("an attribute, for example SourcePeerAddress"));
        }
        Take();
        var body = ImmutableArray.CreateBuilder<NumberedStatement>();
        _ends.Push("ENDCALL");
        var numbers = new HashSet<int>();
        var isLost = false;
        while (!isLost && !IsEndReached("ENDCALL", start, ref place))
            ReadRecovering(() =>
            {
                if (Peek().Kind == TokenKind.Number)
                    body.Add(ReadNumbered(numbers));
                else
                    isLost = !TrySkipToNumbered(start);
            });
        _ends.Pop();
        if (!isLost)
            ExpectSemicolon();
        return new(start, name, arguments.ToImmutable(), body.ToImmutable());
    }

    /// <summary>Tells that a statement in a CALL has no number.</summary>
    /// <returns>False where the CALL has no end either.</returns>
    private bool TrySkipToNumbered(Place call)
    {
        var token = Peek();
        _diagnoser.Error(token.Place, $"expected the number of a return, or ENDCALL{InLine(call, token.Place)}, but here is {token.Shown}");
        for (; ; )
        {
            token = Peek();
            if (token.Kind == TokenKind.End || token.Is("SUBROUTINE"))
                return false;
            if (_ends.Any(token.Is))
                return true;
            var before = _at;
            Take();
            if (token.Kind == TokenKind.Number && Peek().Is(":"))
            {
                _at = before;
                return true;
            }
        }
    }

    /// <param name="earlier">The CALL's numbers so far.</param>
    private NumberedStatement ReadNumbered(HashSet<int> earlier)
    {
        var numbers = ImmutableArray.CreateBuilder<int>();
        var first = Peek().Place;
        while (Peek() is { Kind: TokenKind.Number } number)
        {
            Take();
            Expect(":", "':' behind a return's number");
            var value = NumberOf(number, int.MaxValue);
            if (!earlier.Add(value))
                _diagnoser.Error(number.Place, $"the number {value} stands already in this CALL");
            numbers.Add(value);
        }
        return new(first, numbers.ToImmutable(), ReadStatement());
    }

    private Statement ReadImperative()
    {
        var token = Take();
        Statement statement;
        switch (token.Text.ToUpperInvariant())
        {
            case "SAVE":
                statement = ReadSave(token.Place);
                break;
            case "STORE":
                var variable = TakeReference("a variable, for example FlowKind");
                Expect(":=", "':=' and a value");
                statement = new StoreStatement(token.Place, variable, ReadValue());
                break;
            case "COUNT":
                statement = new EndStatement(token.Place, Opcode.Count);
                break;
            case "IGNORE":
                statement = new EndStatement(token.Place, Opcode.Ignore);
                break;
            case "NOMATCH":
                statement = new EndStatement(token.Place, Opcode.NoMatch);
                break;
            case "EXIT":
                statement = new ExitStatement(token.Place, TakeName("the label of a statement around this one"));
                break;
            case "RETURN":
                var number = Peek();
                statement = new ReturnStatement(token.Place, number.Kind == TokenKind.Number ? NumberOf(Take(), int.MaxValue) : null);
                if (!_isInSubroutine)
                    _diagnoser.Error(token.Place, "RETURN stands outside of a subroutine");
                break;
            case "ELSE":
                throw new SrlSyntaxException(
                    token.Place,
                    "this ELSE has no IF before it; the one before it has ended, perhaps with a ';' behind '}'"
                );
            default:
                throw Expected(token, "a statement");
        }
        ExpectSemicolon();
        return statement;
    }

    private SaveStatement ReadSave(Place place)
    {
        var attribute = TakeReference("an attribute, for example SourcePeerAddress");
        if (!Peek().Is("="))
            return new(place, attribute, null, TryReadMask());
        Take();
        var operand = ReadOperand();
        return new(place, attribute, operand.Value, operand.Mask);
    }

    /// <summary>After a fault: behind the next semicolon that belongs to no inner braces, or before what ends the statements around it.</summary>
    private void Recover(SrlSyntaxException wrong)
    {
        _diagnoser.Error(wrong.Place, wrong.Message);
        var depth = 0;
        for (; ; )
        {
            Token token;
            try
            {
                token = Peek();
            }
            catch (SrlSyntaxException)
            {
                // A define that is none: on behind its first word.
                _at = Scanner.SkipWord(_at);
                _read = null;
                continue;
            }
            if (token.Kind == TokenKind.End || (depth == 0 && _ends.Any(token.Is)) || (_ends.Count == 0 && token.Is("SUBROUTINE")))
                return;
            _lacksSubroutines |= token.Is("SUBROUTINE");
            Take();
            if (token.Is("{"))
                depth++;
            else if (token.Is("}"))
                depth--;
            if (depth <= 0 && (token.Is(";") || token.Is("}")))
                return;
        }
    }

    private Token Peek(bool isOperand = false)
    {
        if (_read is { } read && read.At == _at && read.IsOperand == isOperand)
            return read.Token;
        var token = _scanner.Read(_at, isOperand);
        _read = (_at, isOperand, token);
        return token;
    }

    private Token Take(bool isOperand = false)
    {
        var token = Peek(isOperand);
        _at = _behind = token.Next;
        return token;
    }

    /// <summary>A semicolon; where one was only forgotten before what follows, that is told and nothing is skipped.</summary>
    private void ExpectSemicolon()
    {
        var next = Peek();
        if (next.Is(";"))
        {
            Take();
            return;
        }
        var behind = Scanner.PlaceOf(_behind);
        var isInNewLine =
            next.Kind is TokenKind.Word or TokenKind.Number && (behind.Source != next.Place.Source || LineOf(behind) != LineOf(next.Place));
        if (next.Kind != TokenKind.End && !next.Is("}") && !Words.Keywords.Contains(next.Text) && !isInNewLine)
            throw Expected(next, "';'");
        _diagnoser.Error(behind, $"expected ';' before {next.Shown}");
    }

    private static bool IsStatement(Token token) =>
        Words.Keywords.Contains(token.Text) && !token.Is("ELSE") && !token.Is("ENDSUB") && !token.Is("ENDCALL") && !token.Is("SUBROUTINE");

    private void Expect(string symbol, string what)
    {
        if (!Peek().Is(symbol))
            throw Expected(Peek(), what);
        Take();
    }

    private Reference TakeName(string what)
    {
        var token = Peek();
        if (token.Kind != TokenKind.Word)
            throw Expected(token, what);
        if (Words.IsReserved(token.Text))
            throw new SrlSyntaxException(token.Place, $"'{token.Text}' is a word of the language: it cannot be a name");
        Take();
        return new(token.Place, token.Text);
    }

    private Reference TakeReference(string what)
    {
        var token = Peek();
        if (token.Kind != TokenKind.Word || Words.Keywords.Contains(token.Text))
            throw Expected(token, what);
        Take();
        return new(token.Place, token.Text);
    }

    private static int NumberOf(Token token, int largest) =>
        int.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= largest
            ? number
            : throw new SrlSyntaxException(token.Place, $"{token.Shown} is no number from 0 to {largest}");

    private static SrlSyntaxException Expected(Token token, string what) => new(token.Place, $"expected {what}, but here is {token.Shown}");
}
