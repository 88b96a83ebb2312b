using Rtfm.Model;
using Rtfm.Srl.Compilation;

namespace Rtfm.Srl.Optimisation;

/// <summary>What is known of a packet on the way to a node: the outcomes of tests, latest first.</summary>
/// <remarks>Two ways that meet share what they have in common at the beginning, so a chain of facts is cut back to where it is the same one.</remarks>
internal sealed class Facts
{
    /// <summary>Facts looked at for one test; those far back hardly ever decide it.</summary>
    private const int MaxLook = 100;

    private readonly Facts? _before;
    private readonly int _length;

    /// <summary>A fact further back, so that a chain can be gone along in steps that grow: those of a skew binary number.</summary>
    private readonly Facts _jump;

    /// <summary>The latest fact, this one or before it, that is a change of variables.</summary>
    private readonly Facts? _change;
    private readonly FlowAttribute _attribute;
    private readonly Bits _mask;
    private readonly Bits _value;
    private readonly Kind _kind;

    private enum Kind : byte
    {
        Nothing,
        Matched,
        NotMatched,

        /// <summary>A variable was set: what was known of it before is of no use.</summary>
        Changed,

        /// <summary>Any variable may have been set.</summary>
        AllChanged,
    }

    private Facts(Facts? before, Kind kind, FlowAttribute attribute, RuleAddress mask, RuleAddress value)
    {
        _before = before;
        _length = before is null ? 0 : before._length + 1;
        _jump =
            before is null ? this
            : before._length - before._jump._length == before._jump._length - before._jump._jump._length ? before._jump._jump
            : before;
        _change = kind is Kind.Changed or Kind.AllChanged ? this : before?._change;
        (_kind, _attribute, _mask, _value) = (kind, attribute, Bits.Of(mask), Bits.Of(value));
    }

    /// <summary>What is known when an attempt begins: all variables are zero (AMB-27).</summary>
    public static Facts AtStart()
    {
        var facts = None();
        foreach (var info in FlowAttributes.All.Where(info => info.Is(AttributeRoles.Computed)))
            facts = facts.AfterSave(info.Number, default(RuleAddress));
        return facts;
    }

    public static Facts None() => new(null, Kind.Nothing, default, default, default);

    public Facts After(Node test, bool isMatched)
    {
        // What a test saves, it has seen; only a variable then has just the masked value.
        var after = IsVariable(test.Attribute) && isMatched && test.IsRuleValue ? AfterSave(test.Attribute, test.Value) : this;
        return after.With(test.Attribute, test.Mask, test.Value, isMatched);
    }

    public Facts With(FlowAttribute attribute, RuleAddress mask, RuleAddress value, bool isMatched) =>
        new(this, isMatched ? Kind.Matched : Kind.NotMatched, attribute, mask, value);

    /// <param name="value">Null where it is not known.</param>
    public Facts AfterSave(FlowAttribute attribute, RuleAddress? value)
    {
        if (!IsVariable(attribute))
            return this;
        var changed = new Facts(this, Kind.Changed, attribute, default, default);
        return value is { } known ? new(changed, Kind.Matched, attribute, new([0xFF, 0]), new([known.Padded[0], 0])) : changed;
    }

    public Facts AfterAnyChange() => new(this, Kind.AllChanged, default, default, default);

    /// <summary>What is known where two ways meet: what was known where they parted, but of variables that were set on either.</summary>
    public static Facts Common(Facts first, Facts second)
    {
        // Ways of one program begin with the same facts; ways of two have none in common.
        if (FindFork(first, second) is not { } fork)
            return None();
        var changed = new HashSet<FlowAttribute>();
        foreach (var way in new[] { first, second })
        {
            for (var change = way._change; change is not null && change._length > fork._length; change = change._before!._change)
            {
                if (change._kind == Kind.AllChanged)
                    return fork.AfterAnyChange();
                changed.Add(change._attribute);
            }
        }
        return changed.Aggregate(fork, (common, attribute) => common.AfterSave(attribute, null));
    }

    /// <summary>The last fact that two ways have in common.</summary>
    private static Facts? FindFork(Facts first, Facts second)
    {
        var (longer, shorter) = first._length >= second._length ? (first, second) : (second, first);
        while (longer._length > shorter._length)
            longer = longer._jump._length >= shorter._length ? longer._jump : longer._before!;
        while (!ReferenceEquals(longer, shorter))
        {
            if (longer._before is null)
                return null;
            (longer, shorter) = ReferenceEquals(longer._jump, shorter._jump) ? (longer._before!, shorter._before!) : (longer._jump, shorter._jump);
        }
        return longer;
    }

    /// <summary>The outcome of a test where it is known, else null.</summary>
    public bool? Decide(FlowAttribute attribute, RuleAddress maskOctets, RuleAddress valueOctets)
    {
        var (mask, value) = (Bits.Of(maskOctets), Bits.Of(valueOctets));
        if (mask.IsZero)
            return true;
        if (attribute == FlowAttribute.MatchingStoD)
            return DecideDirection(mask, value);
        if (!(value & ~mask).IsZero)
            return false;
        var fact = this;
        for (var looked = 0; fact is not null && looked < MaxLook; fact = fact._before, looked++)
        {
            if (fact._kind == Kind.AllChanged && IsVariable(attribute))
                return null;
            if (fact._attribute != attribute || fact._kind is Kind.Nothing or Kind.AllChanged)
                continue;
            switch (fact._kind)
            {
                case Kind.Changed:
                    return null;
                case Kind.Matched:
                    // It saw a bit that is different, or all bits of the test.
                    if (!((fact._value ^ value) & fact._mask & mask).IsZero)
                        return false;
                    if ((mask & ~fact._mask).IsZero)
                        return true;
                    break;
                case Kind.NotMatched:
                    // To match the test would be to match what was not matched.
                    if ((fact._mask & ~mask).IsZero && (value & fact._mask) == fact._value)
                        return false;
                    break;
            }
        }
        return null;
    }

    /// <summary>AMB-02: two values mean "not source to destination", so only the same test has the same outcome.</summary>
    private bool? DecideDirection(Bits mask, Bits value)
    {
        for (var fact = this; fact is not null; fact = fact._before)
        {
            if (fact._attribute == FlowAttribute.MatchingStoD && fact._mask == mask && fact._value == value)
                return fact._kind == Kind.Matched;
        }
        return null;
    }

    private static bool IsVariable(FlowAttribute attribute) => FlowAttributes.Get(attribute).Is(AttributeRoles.Computed);
}
