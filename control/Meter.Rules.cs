using System.Collections.Immutable;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Control;

public sealed partial class Meter
{
    /// <summary>The rules of a set, read back from the meter.</summary>
    /// <exception cref="MeterException">They changed meanwhile, or are no rules as RFC 2720 has them.</exception>
    public async Task<RuleSet> ReadRulesAsync(RuleSetRow row, CancellationToken cancellationToken)
    {
        var selectors = await ColumnAsync(3, row, cancellationToken).ConfigureAwait(false);
        var masks = await ColumnAsync(4, row, cancellationToken).ConfigureAwait(false);
        var values = await ColumnAsync(5, row, cancellationToken).ConfigureAwait(false);
        var actions = await ColumnAsync(6, row, cancellationToken).ConfigureAwait(false);
        var parameters = await ColumnAsync(7, row, cancellationToken).ConfigureAwait(false);
        var rules = ImmutableArray.CreateBuilder<Rule>(row.Size);
        for (var i = 0; i < row.Size; i++)
            rules.Add(
                RuleOf(selectors[i], masks[i], values[i], actions[i], parameters[i])
                    ?? throw new MeterException($"{this}: rule {i + 1} of rule set {row.Index} is no rule of RFC 2720")
            );
        return new RuleSet(row.Name, rules.MoveToImmutable());
    }

    private async Task<List<SnmpValue>> ColumnAsync(uint column, RuleSetRow row, CancellationToken cancellationToken)
    {
        var values = new List<SnmpValue>();
        ObjectIdentifier root = new([.. FlowMeterMib.RuleEntry, column, row.Index]);
        await foreach (var cell in Client.WalkAsync(Target, root, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            values.Add(cell.Value);
            if (values.Count > row.Size)
                break;
        }
        return values.Count == row.Size ? values : throw new MeterException($"{this}: rule set {row.Index} changed while it was read. Try again.");
    }

    private static Rule? RuleOf(SnmpValue selector, SnmpValue mask, SnmpValue value, SnmpValue action, SnmpValue parameter)
    {
        var isRule =
            selector.Signed is >= 0 and <= ushort.MaxValue
            && FlowAttributes.Find((FlowAttribute)selector.Signed) is not null
            && mask.Octets.Length is >= 2 and <= RuleAddress.MaxLength
            && value.Octets.Length is >= 2 and <= RuleAddress.MaxLength
            && action.Signed is >= (int)Opcode.Ignore and <= (int)Opcode.PopToAct
            && parameter.Signed is >= 1 and <= RuleSet.MaxRules;
        return isRule
            ? new Rule(
                (FlowAttribute)selector.Signed,
                new RuleAddress(mask.Octets),
                new RuleAddress(value.Octets),
                (Opcode)action.Signed,
                (int)parameter.Signed
            )
            : null;
    }
}
