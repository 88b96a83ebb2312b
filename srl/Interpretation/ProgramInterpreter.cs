using System.Collections.Immutable;
using Rtfm.Model;
using Rtfm.Srl.Binding;
using Rtfm.Srl.Language;

namespace Rtfm.Srl.Interpretation;

/// <summary>An attribute's octets in a packet as it was captured, left-justified; fewer than it has are followed by zeros.</summary>
internal delegate ReadOnlySpan<byte> PacketAttributes(FlowAttribute attribute);

/// <summary>What a flow is identified by: an attribute under a mask, and its value there.</summary>
/// <param name="IsRuleValue">True where the program gives the value, false where the packet does.</param>
internal readonly record struct Saved(RuleAddress Mask, RuleAddress Value, bool IsRuleValue);

/// <summary>Runs a program as it is written, statement by statement: the reference for the compiler, and what explains a program (RFC 2723 §3).</summary>
/// <param name="tell">Hears each step, where it stands and what it does.</param>
internal sealed class ProgramInterpreter(BoundProgram program, Action<Place, string>? tell = null)
{
    private readonly Dictionary<FlowAttribute, Saved> _saved = [];
    private PacketAttributes _packet = static _ => default;
    private bool _isReversed;
    private BoundCompound? _exited;
    private int? _returned;

    /// <summary>How a statement ends.</summary>
    private enum Then : byte
    {
        Next,
        Exit,
        Return,
        Count,
        Ignore,
        NoMatch,
    }

    /// <summary>What the last attempt saved.</summary>
    public IReadOnlyDictionary<FlowAttribute, Saved> SavedAttributes => _saved;

    /// <summary>One match attempt (RFC 2722 §4.3).</summary>
    /// <param name="isReversed">True for the second one, with source and destination interchanged.</param>
    /// <returns>Count, Ignore or NoMatch.</returns>
    public Opcode Run(PacketAttributes packet, bool isReversed)
    {
        _packet = packet;
        _isReversed = isReversed;
        _saved.Clear();
        return Run(program.Statements) switch
        {
            Then.Count => Opcode.Count,
            Then.Ignore => Opcode.Ignore,
            // The end of the program is as NOMATCH (SRL-20).
            _ => Opcode.NoMatch,
        };
    }

    private Then Run(ImmutableArray<BoundStatement> row)
    {
        foreach (var statement in row)
        {
            if (Run(statement) is not Then.Next and var then)
                return then;
        }
        return Then.Next;
    }

    private Then Run(BoundStatement statement)
    {
        switch (statement)
        {
            case BoundIf conditional:
                return RunIf(conditional);
            case BoundCompound compound:
                var then = Run(compound.Statements);
                return then == Then.Exit && ReferenceEquals(_exited, compound) ? Then.Next : then;
            case BoundSave save:
                Save(save.Place, save.Attribute, save.Mask, save.Value);
                return Then.Next;
            case BoundEnd end:
                tell?.Invoke(end.Place, end.Action.ToString().ToUpperInvariant());
                return end.Action switch
                {
                    Opcode.Count => Then.Count,
                    Opcode.Ignore => Then.Ignore,
                    _ => Then.NoMatch,
                };
            case BoundExit exit:
                tell?.Invoke(exit.Place, $"leaves {exit.Target.Label}");
                _exited = exit.Target;
                return Then.Exit;
            case BoundReturn @return:
                tell?.Invoke(@return.Place, @return.Label is { } label ? $"returns {label}" : "returns");
                _returned = @return.Label;
                return Then.Return;
            case BoundCall call:
                return RunCall(call);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private Then RunIf(BoundIf conditional)
    {
        foreach (var branch in conditional.Branches)
        {
            var matched = new List<(FlowAttribute, BoundOperand)>();
            if (!Holds(branch.Condition, matched))
            {
                tell?.Invoke(branch.Place, "IF: no");
                continue;
            }
            tell?.Invoke(branch.Place, "IF: yes");
            if (branch.Saves)
            {
                foreach (var (attribute, operand) in matched)
                    Save(branch.Place, attribute, operand.Mask, operand.Value);
            }
            return branch.Then is null ? Then.Next : Run(branch.Then);
        }
        return conditional.Else is null ? Then.Next : Run(conditional.Else);
    }

    private Then RunCall(BoundCall call)
    {
        tell?.Invoke(call.Place, $"calls {call.Routine.Name}");
        _returned = null;
        var then = Run(call.Routine.Body);
        if (then is not (Then.Return or Then.Next))
            return then;
        var returned = then == Then.Return ? _returned : null;
        return returned is { } label && call.StatementFor(label) is { } statement ? Run(statement) : Then.Next;
    }

    /// <param name="matched">Gets the operand that matched of each test on the way to success.</param>
    private bool Holds(BoundExpression expression, List<(FlowAttribute, BoundOperand)> matched)
    {
        var before = matched.Count;
        switch (expression)
        {
            case BoundAny any:
                foreach (var term in any.Terms)
                {
                    if (Holds(term, matched))
                        return true;
                }
                break;
            case BoundAll all:
                foreach (var factor in all.Factors)
                {
                    if (Holds(factor, matched))
                        continue;
                    matched.RemoveRange(before, matched.Count - before);
                    return false;
                }
                return true;
            case BoundComparison comparison:
                foreach (var operand in comparison.Operands)
                {
                    if (!Matches(comparison.Attribute, operand))
                        continue;
                    matched.Add((comparison.Attribute, operand));
                    return true;
                }
                break;
        }
        return false;
    }

    private bool Matches(FlowAttribute attribute, BoundOperand operand)
    {
        // AMB-02: "not source to destination" is 0 in RFC 2722, 2 in RFC 2720.
        if (attribute == FlowAttribute.MatchingStoD)
            return _isReversed ? Equals([0], operand) || Equals([2], operand) : Equals([1], operand);
        return Equals(ValueOf(attribute), operand);
    }

    private ReadOnlySpan<byte> ValueOf(FlowAttribute attribute)
    {
        var info = FlowAttributes.Get(attribute);
        // A variable has what was saved for it last; nothing at the start of each attempt (AMB-27).
        if (info.Is(AttributeRoles.Computed))
            return _saved.TryGetValue(attribute, out var saved) ? saved.Value.Padded[..1].ToArray() : [0];
        return _packet(_isReversed ? info.Reverse : attribute);
    }

    private static bool Equals(ReadOnlySpan<byte> octets, BoundOperand operand)
    {
        if (operand.Mask.IsZero)
            return true;
        for (var i = 0; i < RuleAddress.MaxLength; i++)
        {
            var octet = i < octets.Length ? octets[i] : 0;
            if ((octet & operand.Mask.Padded[i]) != operand.Value.Padded[i])
                return false;
        }
        return true;
    }

    private void Save(Place place, FlowAttribute attribute, RuleAddress mask, RuleAddress? value)
    {
        var saved = value ?? Masked(ValueOf(attribute), mask);
        tell?.Invoke(place, $"saves {FlowAttributes.Get(attribute).Name} = {RuleSetWriter.Describe(attribute, mask, saved)}");
        // What is saved later for an attribute takes the place of what was (SRL-25).
        _saved[attribute] = new(mask, saved, value is not null);
    }

    private static RuleAddress Masked(ReadOnlySpan<byte> octets, RuleAddress mask)
    {
        Span<byte> masked = stackalloc byte[mask.Length];
        for (var i = 0; i < masked.Length && i < octets.Length; i++)
            masked[i] = (byte)(octets[i] & mask.Octets[i]);
        return new RuleAddress(masked);
    }
}
