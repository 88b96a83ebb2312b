using System.Collections.Immutable;
using Rtfm.Model;
using Rtfm.Srl.Language;

namespace Rtfm.Srl.Binding;

/// <summary>A program whose names are resolved: attributes by number, operands as masks and values, a subroutine once for each different set of arguments.</summary>
internal sealed record BoundProgram(ImmutableArray<BoundStatement> Statements, string? Name);

/// <summary>A subroutine with its parameters replaced by what they stand for (RFC 2723 §3.4: by name).</summary>
internal sealed class BoundRoutine(string name)
{
    /// <summary>With its arguments, for messages.</summary>
    public string Name { get; } = name;

    /// <summary>Set when the body has been bound.</summary>
    public ImmutableArray<BoundStatement> Body { get; set; } = [];

    /// <summary>The numbers it returns, each once, smallest first.</summary>
    public SortedSet<int> Labels { get; } = [];

    /// <summary>True where it may return without a number: by RETURN, or at its end.</summary>
    public bool ReturnsPlainly { get; set; }

    /// <summary>CALLs of it in the program.</summary>
    public int Calls { get; set; }
}

internal abstract record BoundStatement(Place Place);

internal sealed record BoundIf(Place Place, ImmutableArray<BoundBranch> Branches, BoundStatement? Else) : BoundStatement(Place);

internal sealed record BoundBranch(Place Place, BoundExpression Condition, bool Saves, BoundStatement? Then);

/// <summary>Statements in a row. Compared by reference: an EXIT names the one that it leaves.</summary>
internal sealed record BoundCompound(Place Place, string? Label) : BoundStatement(Place)
{
    public ImmutableArray<BoundStatement> Statements { get; set; } = [];

    public bool IsExited { get; set; }

    public bool Equals(BoundCompound? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}

/// <param name="Value">Null: what the packet has.</param>
internal sealed record BoundSave(Place Place, FlowAttribute Attribute, RuleAddress Mask, RuleAddress? Value) : BoundStatement(Place);

internal sealed record BoundEnd(Place Place, Opcode Action) : BoundStatement(Place);

internal sealed record BoundExit(Place Place, BoundCompound Target) : BoundStatement(Place);

internal sealed record BoundReturn(Place Place, int? Label) : BoundStatement(Place);

internal sealed record BoundCall(Place Place, BoundRoutine Routine, ImmutableArray<BoundNumbered> Body) : BoundStatement(Place)
{
    private Dictionary<int, BoundStatement>? _byNumber;

    /// <summary>What follows RETURN with that number; null where the CALL has nothing for it and is over (AMB-23).</summary>
    public BoundStatement? StatementFor(int label)
    {
        if (_byNumber is null)
        {
            _byNumber = [];
            foreach (var numbered in Body)
            {
                foreach (var number in numbered.Numbers)
                    _byNumber.TryAdd(number, numbered.Statement);
            }
        }
        return _byNumber.GetValueOrDefault(label);
    }
}

internal sealed record BoundNumbered(ImmutableArray<int> Numbers, BoundStatement Statement);

internal abstract record BoundExpression;

internal sealed record BoundAny(ImmutableArray<BoundExpression> Terms) : BoundExpression;

internal sealed record BoundAll(ImmutableArray<BoundExpression> Factors) : BoundExpression;

internal sealed record BoundComparison(FlowAttribute Attribute, ImmutableArray<BoundOperand> Operands) : BoundExpression;

internal readonly record struct BoundOperand(RuleAddress Mask, RuleAddress Value);
