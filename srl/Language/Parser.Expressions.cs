using System.Collections.Immutable;

namespace Rtfm.Srl.Language;

internal sealed partial class Parser
{
    /// <summary>Terms or factors in a row.</summary>
    private const int MaxRow = 2_000;

    private Expression ReadExpression()
    {
        if (++_nesting > MaxNesting)
            throw new SrlHopelessException(Peek().Place, $"parentheses are more than {MaxNesting} deep within each other");
        try
        {
            var terms = ReadRow("||", ReadTerm);
            return terms.Length == 1 ? terms[0] : new AnyOf(terms);
        }
        finally
        {
            _nesting--;
        }
    }

    private Expression ReadTerm()
    {
        var factors = ReadRow("&&", ReadFactor);
        return factors.Length == 1 ? factors[0] : new AllOf(factors);
    }

    private ImmutableArray<Expression> ReadRow(string symbol, Func<Expression> read)
    {
        var row = ImmutableArray.CreateBuilder<Expression>();
        row.Add(read());
        while (Peek().Is(symbol))
        {
            Take();
            if (row.Count == MaxRow)
                throw new SrlSyntaxException(Peek().Place, $"more than {MaxRow} tests with {symbol} between them");
            row.Add(read());
        }
        return row.ToImmutable();
    }

    private Expression ReadFactor()
    {
        if (!Peek().Is("("))
        {
            var attribute = TakeReference("a test, for example SourceTransType == tcp");
            Expect("==", "'==' and a value");
            var operands = ImmutableArray.CreateBuilder<Operand>();
            ReadOperands(operands);
            return new Comparison(attribute, operands.ToImmutable());
        }
        Take();
        var expression = ReadExpression();
        Expect(")", "')', '&&' or '||'");
        return expression;
    }

    /// <summary>An operand, or a list of them in parentheses; lists in lists are taken as one (AMB-21).</summary>
    private void ReadOperands(ImmutableArray<Operand>.Builder operands)
    {
        if (!Peek(isOperand: true).Is("("))
        {
            operands.Add(ReadOperand());
            return;
        }
        if (++_nesting > MaxNesting)
            throw new SrlHopelessException(Peek().Place, $"lists are more than {MaxNesting} deep within each other");
        do
        {
            Take(isOperand: true);
            ReadOperands(operands);
        } while (Peek().Is(","));
        Expect(")", "',' or ')'");
        _nesting--;
    }

    private Operand ReadOperand() => new(ReadValue(), TryReadMask());

    private Value ReadValue()
    {
        var token = Peek(isOperand: true);
        var kind = token.Kind switch
        {
            TokenKind.Value when token.Text.Contains(':', StringComparison.Ordinal) => ValueKind.IPv6,
            TokenKind.Value => ValueKind.Fields,
            TokenKind.Character => ValueKind.Character,
            TokenKind.Word when !Words.IsReserved(token.Text) => ValueKind.Name,
            _ => throw Expected(token, "a value"),
        };
        Take(isOperand: true);
        return new(token.Place, kind, token.Text);
    }

    private MaskSyntax? TryReadMask()
    {
        if (Peek().Is("/"))
        {
            Take();
            var width = Peek();
            return width.Kind == TokenKind.Number
                ? new(width.Place, null, NumberOf(Take(), 160))
                : throw Expected(width, "a width: how many leading bits count");
        }
        if (!Peek().Is("&"))
            return null;
        Take();
        var mask = Peek(isOperand: true);
        return mask.Kind == TokenKind.Value ? new(mask.Place, ReadValue(), 0) : throw Expected(mask, "a mask");
    }
}
