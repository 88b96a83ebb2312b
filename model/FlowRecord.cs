using System.Collections.Immutable;

namespace Rtfm.Model;

/// <summary>A flow as it was read from a meter: which flow it is, and the values of the attributes that were asked for (RFC 2722 §4.2).</summary>
/// <param name="RuleSet">The rule set that made it.</param>
/// <param name="Index">Its row in the meter's flow table; with the rule set and firstTime it identifies the flow (RFC 2722 §5.1).</param>
/// <param name="Attributes">What was asked for, in order; shared by all records of one reading.</param>
/// <param name="Values">One value for each of <paramref name="Attributes"/>, in the same order.</param>
public sealed record FlowRecord(int RuleSet, uint Index, ImmutableArray<FlowAttribute> Attributes, FlowValue[] Values)
{
    /// <summary>The attribute's value, or null where it was not asked for.</summary>
    public FlowValue? this[FlowAttribute attribute]
    {
        get
        {
            var position = Attributes.IndexOf(attribute);
            return position < 0 ? null : Values[position];
        }
    }

    /// <summary>The attribute's value as a number; 0 where it was not asked for.</summary>
    public ulong Number(FlowAttribute attribute) => this[attribute]?.Number ?? 0;

    /// <summary>The attribute's value in its usual text form (see <see cref="FlowText"/>); empty where it was not asked for.</summary>
    public string Text(FlowAttribute attribute) => this[attribute] is { } value ? FlowText.Format(attribute, value) : "";
}
