using Rtfm.Agent.Metering;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

internal sealed partial class FlowMeterModule
{
    private static readonly Smi<FlowAttribute> RuleAttributeNumber = new(
        BerTag.Integer,
        attribute => SnmpValue.Integer((int)attribute),
        value =>
            value.Signed is >= 0 and <= ushort.MaxValue && FlowAttributes.IsRuleSelector((int)value.Signed)
                ? ErrorStatus.NoError
                : ErrorStatus.WrongValue,
        value => (FlowAttribute)value.Signed
    );

    private static readonly Smi<RuleAddress> RuleAddressSyntax = new(
        BerTag.OctetString,
        address => SnmpValue.OctetString(address.Octets),
        value => value.Octets.Length is >= 2 and <= RuleAddress.MaxLength ? ErrorStatus.NoError : ErrorStatus.WrongLength,
        value => new RuleAddress(value.Octets)
    );

    // flowRuleTable: the rules of every rule set, there from 1 to its size; SNMP changes them but makes none. RFC 2720 §4.
    private void DeclareRuleTable() =>
        _control
            .Table(FlowMeterMib.RuleEntry, new RuleRows(() => _meter.Now))
            .ReadCreate(
                3,
                "flowRuleSelector",
                RuleAttributeNumber,
                row => row.Rule.Selector,
                (row, value) => With(row, row.Rule with { Selector = value })
            )
            .ReadCreate(4, "flowRuleMask", RuleAddressSyntax, row => row.Rule.Mask, (row, value) => With(row, row.Rule with { Mask = value }))
            .ReadCreate(
                5,
                "flowRuleMatchedValue",
                RuleAddressSyntax,
                row => row.Rule.Value,
                (row, value) => With(row, row.Rule with { Value = value })
            )
            .ReadCreate(
                6,
                "flowRuleAction",
                Smi.Range((int)Opcode.Ignore, (int)Opcode.PopToAct),
                row => (int)row.Rule.Action,
                (row, value) => new RuleSlot(row.Rule with { Action = (Opcode)value }, IsActionSet: true)
            )
            .ReadCreate(
                7,
                "flowRuleParameter",
                Smi.Range(1, RuleSet.MaxRules),
                row => row.Rule.Parameter,
                (row, value) => With(row, row.Rule with { Parameter = value })
            )
            .Check(CheckRule);

    private static RuleSlot With(RuleSlot slot, Rule rule) => slot with { Rule = rule };

    // MIB-121: the rules of an active set are locked, unless the same SET takes it out of service (MIB-25).
    private static ErrorStatus CheckRule(RowChange<MeterConfiguration, RuleSlot> change) =>
        change.StateBefore.RuleSets.Find(change.Index)?.Status == RowStatus.Active
        && change.StateAfter.RuleSets.Find(change.Index)?.Status == RowStatus.Active
            ? ErrorStatus.NotWritable
            : ErrorStatus.NoError;

    /// <summary>Rules under (rule set, rule).</summary>
    private sealed class RuleRows(Func<uint> now) : TableRows<MeterConfiguration, RuleSlot>
    {
        public override RuleSlot? Find(MeterConfiguration state, ReadOnlySpan<uint> index) =>
            index.Length == 2 ? state.RuleSets.Find(index[0])?.Slot(index[1]) : null;

        public override RuleSlot? Next(MeterConfiguration state, ReadOnlySpan<uint> after, ref OidBuffer index)
        {
            if (after.Length > 1 && after[1] < uint.MaxValue && state.RuleSets.Find(after[0])?.Slot(after[1] + 1) is { } slot)
            {
                index.TrySet([after[0], after[1] + 1]);
                return slot;
            }
            // Sets from the one after; with only the set's number given, its own first rule comes first.
            uint number;
            LoadedRuleSet ruleSet;
            var found =
                after.IsEmpty ? state.RuleSets.TryFirst(out number, out ruleSet)
                : after.Length == 1 && after[0] > 0 ? state.RuleSets.TryNext(after[0] - 1, out number, out ruleSet)
                : state.RuleSets.TryNext(after[0], out number, out ruleSet);
            for (; found; found = state.RuleSets.TryNext(number, out number, out ruleSet))
            {
                if (ruleSet.Slot(1) is { } first)
                {
                    index.TrySet([number, 1]);
                    return first;
                }
            }
            return null;
        }

        public override MeterConfiguration With(MeterConfiguration state, ReadOnlySpan<uint> index, RuleSlot? row)
        {
            var ruleSet = state.RuleSets.Find(index[0])!;
            ruleSet = ruleSet with { Written = ruleSet.Written.SetItem(index[1], row!), TimeStamp = now() };
            return state with { RuleSets = state.RuleSets.With(index[0], ruleSet) };
        }

        public override bool IsPossible(ReadOnlySpan<uint> index) =>
            index.Length == 2 && index[0] is >= 1 and <= int.MaxValue && index[1] is >= 1 and <= int.MaxValue;
    }
}
