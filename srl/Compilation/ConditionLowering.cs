using Rtfm.Model;
using Rtfm.Srl.Binding;

namespace Rtfm.Srl.Compilation;

/// <summary>Makes the tests of an IF. With SAVE, each test pushes what it matched, and what fails later takes it back (SRL-24).</summary>
internal sealed class ConditionLowering
{
    private readonly Graph _graph;
    private readonly BoundBranch _branch;

    /// <summary>
    /// Variables whose tests must not push at once: pushing <c>FlowKind == 3 &amp; 3</c> would set FlowKind to 3 before the condition's other tests of it.
    /// </summary>
    private readonly HashSet<FlowAttribute> _deferred = [];

    /// <summary>What has been matched on the way to a test.</summary>
    /// <param name="Pushed">Pushes made.</param>
    /// <param name="Deferred">Pushes still to be made.</param>
    private sealed record Progress(int Pushed, Deferred? Deferred);

    private sealed record Deferred(Deferred? Before, FlowAttribute Attribute, BoundOperand Operand);

    public ConditionLowering(Graph graph, BoundBranch branch)
    {
        _graph = graph;
        _branch = branch;
        if (branch.Saves)
            FindDeferred();
    }

    public Node Lower(Node then, Node otherwise) =>
        Lower(_branch.Condition, new Progress(0, null), progress => SaveDeferred(progress.Deferred, then), otherwise);

    /// <param name="onTrue">What follows success, for what was matched until then.</param>
    /// <param name="onFalse">What follows failure, with what was pushed at the beginning of the expression and no more.</param>
    private Node Lower(BoundExpression expression, Progress start, Func<Progress, Node> onTrue, Node onFalse)
    {
        switch (expression)
        {
            case BoundAny any:
                for (var i = any.Terms.Length - 1; i >= 0; i--)
                    onFalse = Lower(any.Terms[i], start, onTrue, onFalse);
                return onFalse;
            case BoundAll all:
                return new Row(this, all, start, onTrue, onFalse).Factor(0, start);
            case BoundComparison comparison:
                return Compare(comparison, start, onTrue, onFalse);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private Node Compare(BoundComparison comparison, Progress start, Func<Progress, Node> onTrue, Node onFalse)
    {
        var isDeferred = _deferred.Contains(comparison.Attribute);
        var pushes = _branch.Saves && !isDeferred;
        var then = isDeferred ? null : onTrue(pushes ? start with { Pushed = start.Pushed + 1 } : start);
        for (var i = comparison.Operands.Length - 1; i >= 0; i--)
        {
            var operand = comparison.Operands[i];
            var next = then ?? onTrue(start with { Deferred = new(start.Deferred, comparison.Attribute, operand) });
            onFalse = _graph.Test(comparison.Attribute, operand.Mask, operand.Value, pushes, next, onFalse);
        }
        return onFalse;
    }

    private Node SaveDeferred(Deferred? deferred, Node then)
    {
        for (; deferred is not null; deferred = deferred.Before)
            then = _graph.Save(deferred.Attribute, deferred.Operand.Mask, deferred.Operand.Value, then);
        return then;
    }

    private void FindDeferred()
    {
        var seen = new HashSet<FlowAttribute>();
        var partial = new HashSet<FlowAttribute>();
        var open = new Stack<BoundExpression>([_branch.Condition]);
        while (open.TryPop(out var expression))
        {
            switch (expression)
            {
                case BoundAny any:
                    any.Terms.ToList().ForEach(open.Push);
                    break;
                case BoundAll all:
                    all.Factors.ToList().ForEach(open.Push);
                    break;
                case BoundComparison comparison when FlowAttributes.Get(comparison.Attribute).Is(AttributeRoles.Computed):
                    if (comparison.Operands.Any(operand => operand.Mask.Padded[0] != 0xFF))
                        partial.Add(comparison.Attribute);
                    if (!seen.Add(comparison.Attribute))
                        _deferred.Add(comparison.Attribute);
                    break;
            }
        }
        _deferred.IntersectWith(partial);
    }

    /// <summary>Factors with &amp;&amp; between them: each is made once for each different progress that leads to it.</summary>
    private sealed class Row(ConditionLowering owner, BoundAll all, Progress start, Func<Progress, Node> onTrue, Node onFalse)
    {
        private readonly Dictionary<(int, Progress), Node> _made = [];

        public Node Factor(int index, Progress progress)
        {
            if (index == all.Factors.Length)
                return onTrue(progress);
            if (_made.TryGetValue((index, progress), out var made))
                return made;
            var failed = owner._graph.Undo(progress.Pushed - start.Pushed, onFalse);
            made = owner.Lower(all.Factors[index], progress, next => Factor(index + 1, next), failed);
            return _made[(index, progress)] = made;
        }
    }
}
