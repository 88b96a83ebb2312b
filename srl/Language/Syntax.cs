using System.Collections.Immutable;
using Rtfm.Model;

namespace Rtfm.Srl.Language;

/// <summary>A program as it was written: its statements, and its subroutines by name (RFC 2723 §2.2).</summary>
/// <param name="Name">What a SET statement calls it; null where there is none.</param>
/// <param name="LacksSubroutines">True where a fault may have hidden some.</param>
internal sealed record SrlProgram(
    ImmutableArray<Statement> Statements,
    IReadOnlyDictionary<string, Subroutine> Subroutines,
    string? Name,
    bool LacksSubroutines
);

/// <summary>RFC 2723 §3.4.</summary>
internal sealed record Subroutine(Place Place, string Name, ImmutableArray<Parameter> Parameters, ImmutableArray<Statement> Body, Place End);

internal sealed record Parameter(Place Place, string Name, bool IsVariable);

/// <summary>RFC 2723 §3.</summary>
internal abstract record Statement(Place Place);

/// <summary>An IF with the ELSE IFs that follow it; the last ELSE is null where there is none.</summary>
internal sealed record IfStatement(Place Place, ImmutableArray<Branch> Branches, Statement? Else) : Statement(Place);

/// <param name="Then">Null behind <c>SAVE ;</c>.</param>
internal sealed record Branch(Place Place, Expression Condition, bool Saves, Statement? Then);

/// <summary>Statements in braces; without any, an empty statement.</summary>
internal sealed record CompoundStatement(Place Place, string? Label, ImmutableArray<Statement> Statements) : Statement(Place);

/// <param name="Value">Null: what the packet has.</param>
/// <param name="Mask">Null: all ones.</param>
internal sealed record SaveStatement(Place Place, Reference Attribute, Value? Value, MaskSyntax? Mask) : Statement(Place);

internal sealed record StoreStatement(Place Place, Reference Variable, Value Value) : Statement(Place);

/// <summary>COUNT, IGNORE or NOMATCH.</summary>
internal sealed record EndStatement(Place Place, Opcode Action) : Statement(Place);

internal sealed record ExitStatement(Place Place, Reference Label) : Statement(Place);

internal sealed record ReturnStatement(Place Place, int? Label) : Statement(Place);

internal sealed record CallStatement(Place Place, Reference Subroutine, ImmutableArray<Reference> Arguments, ImmutableArray<NumberedStatement> Body)
    : Statement(Place);

internal sealed record NumberedStatement(Place Place, ImmutableArray<int> Numbers, Statement Statement);

/// <summary>A name where an attribute, a parameter, a label or a subroutine is meant.</summary>
internal sealed record Reference(Place Place, string Name);

internal abstract record Expression;

/// <summary>Terms with || between them.</summary>
internal sealed record AnyOf(ImmutableArray<Expression> Terms) : Expression;

/// <summary>Factors with &amp;&amp; between them.</summary>
internal sealed record AllOf(ImmutableArray<Expression> Factors) : Expression;

internal sealed record Comparison(Reference Attribute, ImmutableArray<Operand> Operands) : Expression;

internal sealed record Operand(Value Value, MaskSyntax? Mask);

/// <summary>A mask in the notation of values, or a width: one of the two.</summary>
internal sealed record MaskSyntax(Place Place, Value? Mask, int Width);

internal enum ValueKind : byte
{
    /// <summary>A number, or fields: <c>80</c>, <c>10.1</c>, <c>02-00-5E</c>, <c>1.3.10!50</c>.</summary>
    Fields,
    IPv6,
    Character,

    /// <summary>The name of a protocol, port or the like.</summary>
    Name,
}

internal sealed record Value(Place Place, ValueKind Kind, string Text);
