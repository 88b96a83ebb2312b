using System.Collections.Immutable;

namespace Rtfm.Srl.Binding;

/// <summary>Whether what stands behind a statement can be reached.</summary>
internal static class ControlFlow
{
    public static bool Completes(ImmutableArray<BoundStatement> row)
    {
        foreach (var statement in row)
        {
            if (!Completes(statement))
                return false;
        }
        return true;
    }

    public static bool Completes(BoundStatement statement) =>
        statement switch
        {
            BoundEnd or BoundExit or BoundReturn => false,
            BoundCompound compound => compound.IsExited || Completes(compound.Statements),
            BoundIf { Else: null } => true,
            BoundIf conditional => Completes(conditional.Else) || conditional.Branches.Any(branch => branch.Then is null || Completes(branch.Then)),
            BoundCall call => call.Routine.ReturnsPlainly
                || call.Routine.Labels.Any(label => call.StatementFor(label) is not { } then || Completes(then)),
            _ => true,
        };
}
