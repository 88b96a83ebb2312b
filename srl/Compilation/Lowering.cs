using System.Collections.Immutable;
using Rtfm.Model;
using Rtfm.Srl.Binding;

namespace Rtfm.Srl.Compilation;

/// <summary>A program as a graph, and the routines that its Calls name.</summary>
internal sealed record LoweredProgram(Graph Graph, Node Main, IReadOnlyDictionary<BoundRoutine, Node> Routines);

/// <summary>Makes the graph of a bound program, from its end to its beginning.</summary>
internal sealed class Lowering
{
    /// <summary>A routine of so many tests and saves is put in the place of its CALL rather than called.</summary>
    private const int SmallRoutine = 12;

    private readonly Graph _graph;
    private readonly Dictionary<BoundRoutine, Node> _routines = [];
    private readonly Dictionary<BoundCompound, Node> _exits = [];
    private readonly Dictionary<BoundRoutine, int> _sizes = [];
    private readonly Dictionary<(BoundRoutine Routine, string Returns), Node> _inlined = [];
    private readonly Inlining _inlining;
    private readonly bool _keepsPlaces;

    private Lowering(Inlining inlining, bool keepsPlaces, int maxNodes) =>
        (_inlining, _keepsPlaces, _graph) = (inlining, keepsPlaces, new Graph(maxNodes));

    /// <param name="keepsPlaces">Whether each end of the program is kept apart by where it stands.</param>
    /// <exception cref="ProgramTooLargeException">It is.</exception>
    public static LoweredProgram Lower(BoundProgram program, Inlining inlining, bool keepsPlaces = false, int maxNodes = Graph.MaxNodes)
    {
        var lowering = new Lowering(inlining, keepsPlaces, maxNodes);
        // The end of the program is as NOMATCH (SRL-20). No RETURN stands outside of a subroutine.
        var main = lowering.Row(
            program.Statements,
            lowering._graph.End(Opcode.NoMatch),
            static _ => throw new System.Diagnostics.UnreachableException()
        );
        return new(lowering._graph, main, lowering._routines);
    }

    private Node Row(ImmutableArray<BoundStatement> row, Node next, Func<int?, Node> onReturn)
    {
        for (var i = row.Length - 1; i >= 0; i--)
            next = Statement(row[i], next, onReturn);
        return next;
    }

    private Node Statement(BoundStatement statement, Node next, Func<int?, Node> onReturn)
    {
        switch (statement)
        {
            case BoundIf conditional:
                return If(conditional, next, onReturn);
            case BoundCompound compound:
                _exits[compound] = next;
                return Row(compound.Statements, next, onReturn);
            case BoundSave save:
                return _graph.Save(save.Attribute, save.Mask, save.Value, next);
            case BoundEnd end:
                return _graph.End(end.Action, _keepsPlaces ? end.Place : null);
            case BoundExit exit:
                return _exits[exit.Target];
            case BoundReturn @return:
                return onReturn(@return.Label);
            case BoundCall call:
                return Call(call, next, onReturn);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private Node If(BoundIf statement, Node next, Func<int?, Node> onReturn)
    {
        var otherwise = statement.Else is null ? next : Statement(statement.Else, next, onReturn);
        for (var i = statement.Branches.Length - 1; i >= 0; i--)
        {
            var branch = statement.Branches[i];
            var then = branch.Then is null ? next : Statement(branch.Then, next, onReturn);
            otherwise = new ConditionLowering(_graph, branch).Lower(then, otherwise);
        }
        return otherwise;
    }

    private Node Call(BoundCall call, Node next, Func<int?, Node> onReturn)
    {
        var routine = call.Routine;
        var returns = new Dictionary<int, Node>();
        foreach (var label in routine.Labels)
            returns[label] = call.StatementFor(label) is { } statement ? Statement(statement, next, onReturn) : next;
        if (IsInlined(routine))
            return Inline(routine, returns, next);
        if (!_routines.ContainsKey(routine))
        {
            // The slots that RETURNs go to: numbers in their order, then the one for none (SRL-40, SRL-41).
            var slots = routine.Labels.Select((label, index) => (label, index)).ToDictionary(each => each.label, each => each.index + 1);
            Node End(int? label) => _graph.Return(label is { } number ? slots[number] : slots.Count + 1);
            _routines[routine] = Row(routine.Body, End(null), End);
        }
        return _graph.Call(routine, [.. routine.Labels.Select(label => returns[label]), next]);
    }

    /// <summary>The routine's body in the place of a CALL; where the same follows, it is the same body.</summary>
    private Node Inline(BoundRoutine routine, Dictionary<int, Node> returns, Node next)
    {
        var key = (routine, string.Join(',', routine.Labels.Select(label => returns[label].Id).Append(next.Id)));
        if (!_inlined.TryGetValue(key, out var body))
            _inlined[key] = body = Row(routine.Body, next, label => label is { } number ? returns[number] : next);
        return body;
    }

    private bool IsInlined(BoundRoutine routine) =>
        _inlining switch
        {
            Inlining.All => true,
            Inlining.Small => routine.Calls == 1 || SizeOf(routine) <= SmallRoutine,
            _ => false,
        };

    private int SizeOf(BoundRoutine routine)
    {
        if (!_sizes.TryGetValue(routine, out var size))
            _sizes[routine] = size = SizeOf(routine.Body);
        return size;
    }

    private int SizeOf(ImmutableArray<BoundStatement> row) => row.Aggregate(0, (sum, each) => Math.Min(sum + SizeOf(each), 1_000_000));

    private int SizeOf(BoundStatement? statement) =>
        statement switch
        {
            BoundIf conditional => conditional.Branches.Sum(branch => SizeOf(branch.Condition) + SizeOf(branch.Then)) + SizeOf(conditional.Else),
            BoundCompound compound => SizeOf(compound.Statements),
            BoundSave => 1,
            BoundCall call => call.Body.Sum(each => SizeOf(each.Statement))
                + (IsInlined(call.Routine) ? SizeOf(call.Routine) : 1 + call.Routine.Labels.Count),
            _ => 0,
        };

    private static int SizeOf(BoundExpression expression) =>
        expression switch
        {
            BoundAny any => any.Terms.Sum(SizeOf),
            BoundAll all => all.Factors.Sum(SizeOf),
            BoundComparison comparison => comparison.Operands.Length,
            _ => 0,
        };
}

/// <summary>Which routines are put in the place of their CALLs.</summary>
internal enum Inlining : byte
{
    None,

    /// <summary>Small ones, and those that are called once.</summary>
    Small,
    All,
}
