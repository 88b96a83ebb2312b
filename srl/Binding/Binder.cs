using System.Collections.Immutable;
using Rtfm.Model;
using Rtfm.Srl.Language;

namespace Rtfm.Srl.Binding;

/// <summary>Resolves a program's names, and tells what is wrong or odd about it beyond its syntax.</summary>
internal sealed class Binder
{
    /// <summary>CALLs within each other: what a meter's return stack holds.</summary>
    private const int MaxCallDepth = 64;

    private const int MaxRoutines = 10_000;

    private readonly SrlProgram _program;
    private readonly Diagnoser _diagnoser;
    private readonly OperandBinder _operands;
    private readonly Dictionary<string, BoundRoutine> _routines = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _called = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _calling = [];

    /// <summary>What names mean in the main program or in one subroutine.</summary>
    private sealed class Scope
    {
        public Dictionary<string, AttributeInfo> Parameters { get; } = new(StringComparer.OrdinalIgnoreCase);

        public List<BoundCompound> Enclosing { get; } = [];

        public HashSet<string> Labels { get; } = new(StringComparer.OrdinalIgnoreCase);

        public BoundRoutine? Routine { get; init; }
    }

    private Binder(SrlProgram program, Diagnoser diagnoser)
    {
        _program = program;
        _diagnoser = diagnoser;
        _operands = new OperandBinder(diagnoser);
    }

    /// <summary>The bound program; to be used only where nothing was found wrong.</summary>
    public static BoundProgram Bind(SrlProgram program, Diagnoser diagnoser)
    {
        var binder = new Binder(program, diagnoser);
        var statements = binder.BindRow(program.Statements, new Scope());
        // Subroutines that nobody calls are looked at all the same, with parameters that are anything.
        foreach (var subroutine in program.Subroutines.Values.Where(each => !binder._called.Contains(each.Name)))
        {
            diagnoser.Warn(subroutine.Place, $"the subroutine '{subroutine.Name}' is never called");
            binder.BindRoutine(
                subroutine,
                [.. subroutine.Parameters.Select(each => FlowAttributes.Get(each.IsVariable ? FlowAttribute.FlowKind : FlowAttribute.V1))],
                subroutine.Place
            );
        }
        return new(statements, program.Name);
    }

    private ImmutableArray<BoundStatement> BindRow(ImmutableArray<Statement> statements, Scope scope)
    {
        var bound = ImmutableArray.CreateBuilder<BoundStatement>(statements.Length);
        var isReached = true;
        foreach (var statement in statements)
        {
            // An empty statement behind '}' is only a semicolon too many.
            if (!isReached && statement is not CompoundStatement { Statements.IsEmpty: true })
            {
                _diagnoser.Warn(statement.Place, "this statement is never reached");
                isReached = true;
            }
            bound.Add(Bind(statement, scope));
            isReached &= ControlFlow.Completes(bound[^1]);
        }
        return bound.ToImmutable();
    }

    private BoundStatement Bind(Statement statement, Scope scope) =>
        statement switch
        {
            IfStatement conditional => BindIf(conditional, scope),
            CompoundStatement compound => BindCompound(compound, scope),
            SaveStatement save => BindSave(save, scope),
            StoreStatement store => BindStore(store, scope),
            EndStatement end => new BoundEnd(end.Place, end.Action),
            ExitStatement exit => BindExit(exit, scope),
            ReturnStatement @return => BindReturn(@return, scope),
            CallStatement call => BindCall(call, scope),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private BoundIf BindIf(IfStatement statement, Scope scope)
    {
        var branches = ImmutableArray.CreateBuilder<BoundBranch>(statement.Branches.Length);
        foreach (var branch in statement.Branches)
        {
            var condition = BindExpression(branch.Condition, branch.Saves, scope);
            branches.Add(new(branch.Place, condition, branch.Saves, branch.Then is null ? null : Bind(branch.Then, scope)));
        }
        return new(statement.Place, branches.ToImmutable(), statement.Else is null ? null : Bind(statement.Else, scope));
    }

    private BoundExpression BindExpression(Expression expression, bool saves, Scope scope)
    {
        switch (expression)
        {
            case AnyOf any:
                return new BoundAny([.. any.Terms.Select(each => BindExpression(each, saves, scope))]);
            case AllOf all:
                return new BoundAll([.. all.Factors.Select(each => BindExpression(each, saves, scope))]);
            case Comparison comparison:
                var attribute = FindTested(comparison.Attribute, saves, scope, isTest: true);
                var operands = attribute is null ? [] : _operands.BindAll(attribute, comparison.Operands);
                return new BoundComparison(attribute?.Number ?? FlowAttribute.Null, operands);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private BoundCompound BindCompound(CompoundStatement compound, Scope scope)
    {
        var bound = new BoundCompound(compound.Place, compound.Label);
        if (compound.Label is { } label && !scope.Labels.Add(label))
            _diagnoser.Error(compound.Place, $"there is already a statement labelled '{label}'");
        scope.Enclosing.Add(bound);
        bound.Statements = BindRow(compound.Statements, scope);
        scope.Enclosing.RemoveAt(scope.Enclosing.Count - 1);
        return bound;
    }

    private BoundStatement BindSave(SaveStatement save, Scope scope)
    {
        var attribute = FindTested(save.Attribute, saves: true, scope);
        if (attribute is not null && save.Value is { } value && _operands.TryBindSaved(attribute, value, save.Mask) is { } operand)
            return new BoundSave(save.Place, attribute.Number, operand.Mask, operand.Value);
        if (attribute is { Syntax: AttributeSyntax.Distribution } && save.Value is null)
        {
            _diagnoser.Error(
                save.Place,
                $"{save.Attribute.Name} is a distribution: say which, for example SAVE {save.Attribute.Name} = 60.0!0 & 1.0.25!1500 for 60 buckets of 25 up to 1500 (RFC 2724 §3.2)"
            );
            return Nothing(save.Place);
        }
        if (attribute is not null && save.Value is null && _operands.TryBindMask(attribute, save.Mask, save.Place) is { } mask)
            return new BoundSave(
                save.Place,
                attribute.Number,
                mask,
                attribute.Is(AttributeRoles.Statistic) ? new RuleAddress(new byte[attribute.Size]) : null
            );
        return Nothing(save.Place);
    }

    private BoundStatement BindStore(StoreStatement store, Scope scope)
    {
        var attribute = Find(store.Variable, scope);
        if (attribute is not null && !attribute.Is(AttributeRoles.Computed))
        {
            _diagnoser.Error(
                store.Variable.Place,
                $"{store.Variable.Name} is no variable: only SourceClass, DestClass, FlowClass, SourceKind, DestKind and FlowKind can be stored"
            );
        }
        else if (attribute is not null && _operands.TryBind(attribute, store.Value, null) is { } operand)
        {
            return new BoundSave(store.Place, attribute.Number, operand.Mask, operand.Value);
        }
        return Nothing(store.Place);
    }

    private BoundStatement BindExit(ExitStatement exit, Scope scope)
    {
        var target = scope.Enclosing.LastOrDefault(each => exit.Label.Name.Equals(each.Label, StringComparison.OrdinalIgnoreCase));
        if (target is null)
        {
            _diagnoser.Error(exit.Label.Place, $"no statement around this one is labelled '{exit.Label.Name}'");
            return Nothing(exit.Place);
        }
        target.IsExited = true;
        return new BoundExit(exit.Place, target);
    }

    private static BoundReturn BindReturn(ReturnStatement statement, Scope scope)
    {
        if (scope.Routine is { } routine)
        {
            if (statement.Label is { } label)
                routine.Labels.Add(label);
            else
                routine.ReturnsPlainly = true;
        }
        return new(statement.Place, statement.Label);
    }

    private BoundStatement BindCall(CallStatement call, Scope scope)
    {
        var body = ImmutableArray.CreateBuilder<BoundNumbered>(call.Body.Length);
        foreach (var numbered in call.Body)
            body.Add(new(numbered.Numbers, Bind(numbered.Statement, scope)));
        if (!_program.Subroutines.TryGetValue(call.Subroutine.Name, out var subroutine))
        {
            if (!_program.LacksSubroutines)
                _diagnoser.Error(call.Subroutine.Place, $"there is no subroutine '{call.Subroutine.Name}'");
            return Nothing(call.Place);
        }
        _called.Add(subroutine.Name);
        if (TryBindArguments(call, subroutine, scope) is not { } arguments || BindRoutine(subroutine, arguments, call.Place) is not { } routine)
            return Nothing(call.Place);
        routine.Calls++;
        foreach (var numbered in call.Body.Where(each => !each.Numbers.Any(routine.Labels.Contains)))
            _diagnoser.Warn(numbered.Place, $"this statement is never reached: {subroutine.Name} does not return {numbered.Numbers[0]}");
        return new BoundCall(call.Place, routine, body.ToImmutable());
    }

    private AttributeInfo[]? TryBindArguments(CallStatement call, Subroutine subroutine, Scope scope)
    {
        if (call.Arguments.Length != subroutine.Parameters.Length)
        {
            _diagnoser.Error(
                call.Subroutine.Place,
                $"{subroutine.Name} has {subroutine.Parameters.Length} parameters, but here are {call.Arguments.Length} arguments"
            );
            return null;
        }
        var arguments = new AttributeInfo[call.Arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            if (Find(call.Arguments[i], scope) is not { } attribute)
                return null;
            var parameter = subroutine.Parameters[i];
            if (attribute.Is(AttributeRoles.Computed) != parameter.IsVariable || attribute.Number == FlowAttribute.MatchingStoD)
            {
                var wanted = parameter.IsVariable ? "a VARIABLE, for example FlowKind" : "an ADDRESS, for example SourcePeerAddress";
                _diagnoser.Error(call.Arguments[i].Place, $"{subroutine.Name} wants {wanted}, for its parameter '{parameter.Name}'");
                return null;
            }
            if (!attribute.Is(AttributeRoles.Testable) && !FlowAttributes.IsMeterVariable(attribute.Number))
            {
                _diagnoser.Error(call.Arguments[i].Place, Measured(call.Arguments[i]));
                return null;
            }
            arguments[i] = attribute;
        }
        return arguments;
    }

    private BoundRoutine? BindRoutine(Subroutine subroutine, AttributeInfo[] arguments, Place place)
    {
        if (_calling.Contains(subroutine.Name))
        {
            _diagnoser.Error(
                place,
                $"{subroutine.Name} calls itself: {string.Join(", ", [.. _calling.SkipWhile(each => each != subroutine.Name), subroutine.Name])}"
            );
            return null;
        }
        var name = $"{subroutine.Name}({string.Join(", ", arguments.Select(each => each.Name))})";
        if (_routines.TryGetValue(name, out var known))
            return known;
        if (_calling.Count == MaxCallDepth)
        {
            _diagnoser.Error(place, $"CALLs are more than {MaxCallDepth} deep within each other");
            return null;
        }
        if (_routines.Count == MaxRoutines)
        {
            _diagnoser.Error(place, $"subroutines are called with more than {MaxRoutines} different sets of arguments");
            return null;
        }
        var routine = new BoundRoutine(name);
        var scope = new Scope { Routine = routine };
        for (var i = 0; i < arguments.Length; i++)
            scope.Parameters[subroutine.Parameters[i].Name] = arguments[i];
        _calling.Add(subroutine.Name);
        routine.Body = BindRow(subroutine.Body, scope);
        _calling.RemoveAt(_calling.Count - 1);
        if (ControlFlow.Completes(routine.Body))
        {
            routine.ReturnsPlainly = true;
            _diagnoser.Warn(subroutine.End, $"{subroutine.Name} may end without RETURN, which is taken as RETURN");
        }
        _routines.Add(name, routine);
        return routine;
    }

    /// <summary>An attribute that is compared or saved.</summary>
    private AttributeInfo? FindTested(Reference reference, bool saves, Scope scope, bool isTest = false)
    {
        if (Find(reference, scope) is not { } attribute)
            return null;
        var isVariable = FlowAttributes.IsMeterVariable(attribute.Number) && scope.Routine is not null;
        if (attribute.Number == FlowAttribute.RuleSet)
            _diagnoser.Error(reference.Place, "FlowRuleset cannot be used: a meter has no rule that tests it (RFC 2720 RuleAttributeNumber)");
        else if (!attribute.Is(AttributeRoles.Testable) && !isVariable)
            _diagnoser.Error(reference.Place, Measured(reference));
        else if (isTest && attribute.Is(AttributeRoles.Statistic))
            _diagnoser.Error(reference.Place, $"{reference.Name} is measured where it is saved, and cannot be tested (RFC 2724 §3.2)");
        else if (saves && attribute.Number == FlowAttribute.MatchingStoD)
            _diagnoser.Error(reference.Place, "MatchingStoD cannot be saved");
        else
            return attribute;
        return null;
    }

    private static string Measured(Reference reference) => $"{reference.Name} is what a meter measures: it can be neither tested nor saved";

    private AttributeInfo? Find(Reference reference, Scope scope)
    {
        if (scope.Parameters.TryGetValue(reference.Name, out var parameter))
            return parameter;
        if (Words.FindAttribute(reference.Name) is { } attribute)
            return attribute;
        _diagnoser.Error(
            reference.Place,
            $"'{RuleLine.Shortened(reference.Name)}' is no attribute{Words.Suggestion(reference.Name, scope.Parameters.Keys)}"
        );
        return null;
    }

    private static BoundCompound Nothing(Place place) => new(place, null);
}
