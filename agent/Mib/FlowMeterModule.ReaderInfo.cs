using Rtfm.Agent.Metering;
using Rtfm.Model;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

internal sealed partial class FlowMeterModule
{
    // flowReaderInfoTable: one row for each rule set that a meter reader collects. RFC 2720 §4.
    private void DeclareReaderInfoTable() =>
        _control
            .Table(
                FlowMeterMib.ReaderInfoEntry,
                new SingleIndexRows<MeterConfiguration, RegisteredReader>(state => state.Readers, (state, rows) => state with { Readers = rows })
            )
            .ReadCreate(
                2,
                "flowReaderTimeout",
                Smi.Range(0, int.MaxValue),
                row => row.TimeoutSeconds,
                (row, seconds) => row with { TimeoutSeconds = seconds }
            )
            .ReadCreate(
                3,
                "flowReaderOwner",
                Utf8OwnerString,
                row => row.Owner,
                (row, owner) => row with { Owner = owner },
                whileActive: ErrorStatus.InconsistentValue
            )
            .SetsTime(4, "flowReaderLastTime", row => row.LastTime, (row, now) => row.BeginCollection(now)) // any value: the meter takes its own Uptime
            .ReadOnly(5, "flowReaderPreviousTime", Smi.TimeTicks, row => row.PreviousTime)
            .RowStatus(
                6,
                "flowReaderStatus",
                row => row.Status,
                (row, status) => row with { Status = status },
                create: _ => new RegisteredReader { AliveAt = _meter.Now },
                isComplete: row => row.RuleSet != 0
            )
            .ReadCreate(
                7,
                "flowReaderRuleSet",
                Smi.Range(1, int.MaxValue),
                row => (int)row.RuleSet,
                (row, ruleSet) => row with { RuleSet = (uint)ruleSet },
                known: row => row.RuleSet != 0,
                whileActive: ErrorStatus.InconsistentValue
            )
            .Touch((row, now) => row with { TouchedAt = now })
            .Check(change => change.Before is null ? RoomFor(change.StateAfter.Readers) : ErrorStatus.NoError);
}
