using System.Collections.Immutable;
using Rtfm.Control.Reading;
using Rtfm.Model;
using Rtfm.Snmp.Messages;

namespace Rtfm.MeterReader.Collection;

/// <summary>What a meter's rule sets push beside what every meter has: found in their rules, and looked for again only when they were changed.</summary>
internal sealed class PushedAttributes
{
    private readonly Dictionary<int, (uint ChangedAt, ImmutableArray<FlowAttribute> Attributes)> _known = [];

    /// <summary>The attributes that the store has a column for; none where the meter does not show its rules.</summary>
    public async Task<ImmutableArray<FlowAttribute>> FindAsync(IMeterSession meter, int ruleSet, CancellationToken cancellationToken)
    {
        var timeStamp = await meter.GetAsync([MeterMib.RuleInfo(MeterMib.RuleInfoTimeStamp, (uint)ruleSet)], cancellationToken).ConfigureAwait(false);
        if (timeStamp[0].IsException)
            return [];
        var changedAt = (uint)timeStamp[0].Number;
        if (!_known.TryGetValue(ruleSet, out var known) || known.ChangedAt != changedAt)
            _known[ruleSet] = known = (changedAt, await ReadAsync(meter, (uint)ruleSet, cancellationToken).ConfigureAwait(false));
        return known.Attributes;
    }

    private static async Task<ImmutableArray<FlowAttribute>> ReadAsync(IMeterSession meter, uint ruleSet, CancellationToken cancellationToken)
    {
        var selectors = await ColumnAsync(meter, MeterMib.RuleSelector, ruleSet, cancellationToken).ConfigureAwait(false);
        var actions = await ColumnAsync(meter, MeterMib.RuleAction, ruleSet, cancellationToken).ConfigureAwait(false);
        var pushed = new SortedSet<FlowAttribute>();
        foreach (var (rule, selector) in selectors)
        {
            var isPush = actions.TryGetValue(rule, out var action) && action.Signed is >= 0 and <= byte.MaxValue && ((Opcode)action.Signed).Pushes();
            if (!isPush || selector.Signed is < 0 or > ushort.MaxValue || FlowAttributes.Find((FlowAttribute)selector.Signed) is not { } attribute)
                continue;
            if (MeterSettings.IsStored(attribute))
                pushed.Add(attribute.Number);
            if (attribute.Mask != FlowAttribute.Null)
                pushed.Add(attribute.Mask);
        }
        return [.. pushed];
    }

    private static Task<SortedDictionary<uint, SnmpValue>> ColumnAsync(
        IMeterSession meter,
        uint column,
        uint ruleSet,
        CancellationToken cancellationToken
    ) => ColumnWalk.ReadAsync(meter, MeterMib.Rule(column, ruleSet), cancellationToken, RuleSet.MaxRules);
}
