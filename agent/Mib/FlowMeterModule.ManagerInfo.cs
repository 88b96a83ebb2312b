using Rtfm.Agent.Metering;
using Rtfm.Model;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

internal sealed partial class FlowMeterModule
{
    // flowManagerInfoTable: one row for each task, that is, each rule set a manager wants run. RFC 2720 §4.
    private void DeclareManagerInfoTable() =>
        _control
            .Table(
                FlowMeterMib.ManagerInfoEntry,
                new SingleIndexRows<MeterConfiguration, MeterTask>(state => state.Tasks, (state, rows) => state with { Tasks = rows })
            )
            .ReadCreate(
                2,
                "flowManagerCurrentRuleSet",
                Smi.Range(0, int.MaxValue),
                row => row.CurrentRuleSet,
                (row, ruleSet) => row with { CurrentRuleSet = ruleSet }
            )
            .ReadCreate(
                3,
                "flowManagerStandbyRuleSet",
                Smi.Range(0, int.MaxValue),
                row => row.StandbyRuleSet,
                (row, ruleSet) => row with { StandbyRuleSet = ruleSet }
            )
            .ReadCreate(
                4,
                "flowManagerHighWaterMark",
                Smi.Range(0, 100),
                row => row.HighWaterMark,
                (row, percent) => row with { HighWaterMark = percent }
            )
            .ReadCreate(
                5,
                "flowManagerCounterWrap",
                Smi.Range(1, 2),
                row => row.CounterWrap,
                (row, wrap) => row with { CounterWrap = wrap },
                whileActive: ErrorStatus.InconsistentValue
            )
            .ReadCreate(
                6,
                "flowManagerOwner",
                Utf8OwnerString,
                row => row.Owner,
                (row, owner) => row with { Owner = owner },
                whileActive: ErrorStatus.InconsistentValue
            )
            .ReadOnly(7, "flowManagerTimeStamp", Smi.TimeTicks, row => row.TimeStamp)
            .RowStatus(
                8,
                "flowManagerStatus",
                row => row.Status,
                (row, status) => row with { Status = status },
                create: _ => new MeterTask(),
                isComplete: _ => true // MIB-27: every column has a default
            )
            .ReadCreate(
                9,
                "flowManagerRunningStandby",
                Smi.TruthValue,
                row => row.RunningStandby,
                (row, running) => row with { RunningStandby = running }
            )
            .Touch((row, now) => row with { TimeStamp = now })
            .Check(CheckTask);

    private static ErrorStatus CheckTask(RowChange<MeterConfiguration, MeterTask> change)
    {
        if (change.After is not { } task)
            return ErrorStatus.NoError;
        // MIB-62: only a rule set that is loaded and active can be named.
        var named = change.Column switch
        {
            2 => task.CurrentRuleSet,
            3 => task.StandbyRuleSet,
            _ => 0,
        };
        if (named != 0 && change.StateAfter.RuleSets.Find((uint)named)?.Status != RowStatus.Active)
            return ErrorStatus.InconsistentValue;
        return change.Before is null ? RoomFor(change.StateAfter.Tasks) : ErrorStatus.NoError;
    }
}
