using Rtfm.Agent.Metering;
using Rtfm.Model;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

/// <summary>flowReaderInfoTable: one row for each rule set that a meter reader collects (RFC 2720 §4). Of the meter, and of a domain.</summary>
internal static class ReaderInfoTable
{
    /// <param name="now">Our Uptime, in hundredths of a second.</param>
    public static void Declare<TState>(
        ControlPlane<TState> control,
        Func<TState, SortedRows<RegisteredReader>> get,
        Func<TState, SortedRows<RegisteredReader>, TState> set,
        Func<uint> now
    )
        where TState : class =>
        control
            .Table(FlowMeterMib.ReaderInfoEntry, new SingleIndexRows<TState, RegisteredReader>(get, set))
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
                FlowMeterModule.Utf8OwnerString,
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
                create: _ => new RegisteredReader { AliveAt = now() },
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
            .Check(change => change.Before is null ? FlowMeterModule.RoomFor(get(change.StateAfter)) : ErrorStatus.NoError);
}
