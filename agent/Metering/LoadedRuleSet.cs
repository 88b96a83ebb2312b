using System.Collections.Immutable;
using System.Linq;
using Rtfm.Model;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Metering;

/// <summary>A rule set in the meter: a row of flowRuleSetInfoTable and its rules.</summary>
public sealed record LoadedRuleSet
{
    public int Number { get; init; }

    public RowStatus Status { get; init; }

    public string Name { get; init; } = "";

    public string Owner { get; init; } = "";

    /// <summary>How many rules it has; null until a manager has set it.</summary>
    public int? Size { get; init; }

    /// <summary>Rules that a manager has written to, by rule index from 1. The others, up to <see cref="Size"/>, are as <see cref="RuleSlot.Unset"/>.</summary>
    public ImmutableDictionary<uint, RuleSlot> Written { get; init; } = ImmutableDictionary<uint, RuleSlot>.Empty;

    /// <summary>Uptime of the last change (flowRuleInfoTimeStamp); an unfinished row is removed some time after (MIB-26).</summary>
    public uint TimeStamp { get; init; }

    public static LoadedRuleSet BuiltIn { get; } = From(RuleSet.BuiltInNumber, RuleSet.BuiltIn, "meter");

    public static LoadedRuleSet From(int number, RuleSet ruleSet, string owner) =>
        new()
        {
            Number = number,
            Status = RowStatus.Active,
            Name = ruleSet.Name,
            Owner = owner,
            Size = ruleSet.Rules.Length,
            Written = ruleSet
                .Rules.Select((rule, i) => KeyValuePair.Create((uint)i + 1, new RuleSlot(rule, IsActionSet: true)))
                .ToImmutableDictionary(),
        };

    /// <summary>True once every rule has had its action set: only then can the set become active (MIB-36).</summary>
    public bool IsLoaded => Size is { } size && Written.Count == size && Written.Values.All(slot => slot.IsActionSet);

    /// <summary>The rule of that index, counted from 1; null beyond the size.</summary>
    public RuleSlot? Slot(uint index) => index < 1 || index > (Size ?? 0) ? null : Written.GetValueOrDefault(index, RuleSlot.Unset);

    /// <summary>The set with that many rules: those it has, as far as they still count (MIB-35).</summary>
    public LoadedRuleSet WithSize(int size) =>
        this with
        {
            Size = size,
            Written = size < Size ? Written.RemoveRange(Written.Keys.Where(index => index > size)) : Written,
        };

    public RuleSet ToRuleSet() => new(Name, [.. Enumerable.Range(1, Size ?? 0).Select(index => Slot((uint)index)!.Rule)]);
}
