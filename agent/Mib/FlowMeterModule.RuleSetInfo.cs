using Rtfm.Agent.Metering;
using Rtfm.Model;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

internal sealed partial class FlowMeterModule
{
    /// <summary>UTF8OwnerString: 0 to 127 octets (RFC 2720 §4).</summary>
    internal static readonly Smi<string> Utf8OwnerString = Smi.Utf8(127);

    private static readonly Smi<int> RuleSetSize = Smi.Integer32 with
    {
        Check = size =>
            size.Signed < 1 ? ErrorStatus.WrongValue
            : size.Signed > RuleSet.MaxRules ? ErrorStatus.ResourceUnavailable
            : ErrorStatus.NoError,
    };

    // flowRuleSetInfoTable: one row for each rule set in the meter. RFC 2720 §4.
    private void DeclareRuleSetInfoTable() =>
        _control
            .Table(
                FlowMeterMib.RuleSetInfoEntry,
                new SingleIndexRows<MeterConfiguration, LoadedRuleSet>(state => state.RuleSets, (state, rows) => state with { RuleSets = rows })
            )
            .ReadCreate(
                2,
                "flowRuleInfoSize",
                RuleSetSize,
                row => row.Size ?? 0,
                (row, size) => row.WithSize(size),
                known: row => row.Size is not null,
                whileActive: ErrorStatus.NotWritable
            )
            .ReadCreate(
                3,
                "flowRuleInfoOwner",
                Utf8OwnerString,
                row => row.Owner,
                (row, owner) => row with { Owner = owner },
                whileActive: ErrorStatus.NotWritable
            )
            .ReadOnly(4, "flowRuleInfoTimeStamp", Smi.TimeTicks, row => row.TimeStamp)
            .RowStatus(
                5,
                "flowRuleInfoStatus",
                row => row.Status,
                (row, status) => row with { Status = status },
                create: index => new LoadedRuleSet { Number = (int)index[0] },
                isComplete: row => row.Size is not null
            )
            .ReadCreate(
                6,
                "flowRuleInfoName",
                Utf8OwnerString,
                row => row.Name,
                (row, name) => row with { Name = name },
                whileActive: ErrorStatus.NotWritable
            )
            // Deprecated and inert: the status alone decides (AMB-14).
            .ReadCreate(
                7,
                "flowRuleInfoRulesReady",
                Smi.TruthValue,
                row => row.Status == RowStatus.Active,
                (row, _) => row,
                whileActive: ErrorStatus.NotWritable
            )
            .ReadOnly(8, "flowRuleInfoFlowRecords", Smi.Integer32, row => _meter.Flows.Find(row.Number)?.Count ?? 0)
            .Touch((row, now) => row with { TimeStamp = now })
            .Check(CheckRuleSetInfo);

    private ErrorStatus CheckRuleSetInfo(RowChange<MeterConfiguration, LoadedRuleSet> change)
    {
        if (change.Index == RuleSet.BuiltInNumber)
            return ErrorStatus.NotWritable; // MIB-39: the built-in rule set is never changed, nor can it be removed.
        if (change.After?.Status == RowStatus.Active && !change.After.IsLoaded)
            return ErrorStatus.InconsistentValue; // MIB-36
        // Of a meter that has no memory for it, a manager should hear at once, not when the rules are there.
        if (change.After?.Size is { } size && size != change.Before?.Size && !MemoryRoom.IsEnough(_memoryRoom, size))
            return ErrorStatus.ResourceUnavailable;
        if (change.Before is null)
            return RoomFor(change.StateAfter.RuleSets);
        if (change.After?.Status != RowStatus.Active && change.Before.Status == RowStatus.Active && change.StateAfter.IsNamedByTask(change.Index))
            return ErrorStatus.InconsistentValue; // MIB-32
        return ErrorStatus.NoError;
    }
}
