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
        }
        return new(statements.ToImmutable(), _subroutines, _name);
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
        var name = TakeName("the subroutine's name");
        Expect("(", "'(' and the parameters");
        var parameters = ImmutableArray.CreateBuilder<Parameter>();
        while (!Peek().Is(")"))
        {
            if (parameters.Count > 0)
                Expect(",", "',' or ')'");
            var kind = Take();
            if (!kind.Is("ADDRESS") && !kind.Is("VARIABLE"))
                throw Expected(kind, "ADDRESS or VARIABLE, and a parameter's name");
            var parameter = TakeName("the parameter's name");
            if (parameters.Any(each => each.Name.Equals(parameter.Name, StringComparison.OrdinalIgnoreCase)))
                _diagnoser.Error(parameter.Place, $"there is already a parameter '{parameter.Name}'");
            parameters.Add(new(parameter.Place, parameter.Name, kind.Is("VARIABLE")));
        }
        Take();
        _isInSubroutine = true;
        var body = ReadStatements("ENDSUB", out var end);
        _isInSubroutine = false;
        var subroutine = new Subroutine(place, name.Name, parameters.ToImmutable(), body, end);
        if (!_subroutines.TryAdd(name.Name, subroutine))
            _diagnoser.Error(name.Place, $"there is already a subroutine '{name.Name}'");
        if (body.IsEmpty)
            _diagnoser.Error(end, "expected a statement: a subroutine has at least one");
        Expect(";", "';' behind ENDSUB");
    }

    /// <summary>Statements up to a word or brace, which is taken.</summary>
    private ImmutableArray<Statement> ReadStatements(string end, out Place place)
    {
        var statements = ImmutableArray.CreateBuilder<Statement>();
        place = Scanner.PlaceOf(_at);
        _ends.Push(end);
        while (!IsEndReached(end, ref place))
            ReadRecovering(() =>
            {
                if (Peek().Is("SUBROUTINE"))
                    throw new SrlHopelessException(Peek().Place, "a subroutine cannot be declared inside of something");
                if (!TryReadDirective())
                    statements.Add(ReadStatement());
            });
        _ends.Pop();
        return statements.ToImmutable();
    }

    /// <summary>True where the statements end, as they should or not; the word or brace that ends them is taken.</summary>
    private bool IsEndReached(string end, ref Place place)
    {
        var isReached = false;
        var at = place;
        ReadRecovering(() =>
        {
            var token = Peek();
            at = token.Place;
            if (token.Kind == TokenKind.End || _diagnoser.IsFull)
                throw new SrlHopelessException(at, $"expected a statement or '{end}', but here is {token.Shown}");
            isReached = token.Is(end);
            if (isReached)
            {
                Take();
            }
            else if (_ends.Any(token.Is))
            {
                // It ends something further out: what is inner has been forgotten to end.
                _diagnoser.Error(at, $"expected a statement or '{end}', but here is {token.Shown}");
                isReached = true;
            }
        });
        place = at;
        return isReached;
    }

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
        var statements = ReadStatements("}", out var end);
        if (statements.IsEmpty)
            _diagnoser.Error(end, "expected a statement: there is at least one between braces");
        return new(place, label, statements);
    }

    private CompoundStatement ReadLabelled()
    {
        var label = Take();
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
        while (!IsEndReached("ENDCALL", ref place))
            ReadRecovering(() => body.Add(ReadNumbered(body)));
        _ends.Pop();
        Expect(";", "';' behind ENDCALL");
        return new(start, name, arguments.ToImmutable(), body.ToImmutable());
    }

    private NumberedStatement ReadNumbered(ImmutableArray<NumberedStatement>.Builder earlier)
    {
        var numbers = ImmutableArray.CreateBuilder<int>();
        var first = Peek().Place;
        while (Peek() is { Kind: TokenKind.Number } number)
        {
            Take();
            Expect(":", "':' behind a return's number");
            var value = NumberOf(number, int.MaxValue);
            if (numbers.Contains(value) || earlier.Any(each => each.Numbers.Contains(value)))
                _diagnoser.Error(number.Place, $"the number {value} stands already in this CALL");
            numbers.Add(value);
        }
        if (numbers.Count == 0)
            throw Expected(Peek(), "the number of a return, or ENDCALL");
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
        Expect(";", "';'");
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
            if (token.Kind == TokenKind.End || (depth == 0 && _ends.Any(token.Is)))
                return;
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
        _at = token.Next;
        return token;
    }

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
