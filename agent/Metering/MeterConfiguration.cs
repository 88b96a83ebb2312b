using Rtfm.Agent.Delay;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Metering;

/// <summary>Everything that managers and readers have told the meter, as one immutable value: the control part of FLOW-METER-MIB (RFC 2720 §3, §4).</summary>
public sealed record MeterConfiguration
{
    /// <summary>Loaded rule sets by number (flowRuleSetInfoTable and flowRuleTable).</summary>
    public SortedRows<LoadedRuleSet> RuleSets { get; init; } = SortedRows<LoadedRuleSet>.Empty;

    /// <summary>Metering points by ifIndex (flowInterfaceTable).</summary>
    public SortedRows<MeteringPoint> Interfaces { get; init; } = SortedRows<MeteringPoint>.Empty;

    /// <summary>Registered meter readers (flowReaderInfoTable).</summary>
    public SortedRows<RegisteredReader> Readers { get; init; } = SortedRows<RegisteredReader>.Empty;

    /// <summary>Tasks: which rule sets run, and for whom (flowManagerInfoTable).</summary>
    public SortedRows<MeterTask> Tasks { get; init; } = SortedRows<MeterTask>.Empty;

    /// <summary>Percent of the flow table in use above which no new flow is made; 0 and 100 switch it off (flowFloodMark).</summary>
    public int FloodMark { get; init; } = 95;

    /// <summary>A flow without packets for so many seconds is idle (flowInactivityTimeout).</summary>
    public int InactivityTimeoutSeconds { get; init; } = 600;

    /// <summary>True while the meter makes no new flows; only a manager ends it (flowFloodMode).</summary>
    public bool FloodMode { get; init; }

    /// <summary>How packets are sampled (rtfmDelayControl); null: as the settings say.</summary>
    public DelayControl? Delay { get; init; }

    /// <summary>What a meter starts with that nobody has configured: the built-in rule set, running (RFC 2722 §4.4; AMB-41).</summary>
    public static MeterConfiguration Initial { get; } =
        new()
        {
            RuleSets = SortedRows<LoadedRuleSet>.Empty.With(Model.RuleSet.BuiltInNumber, LoadedRuleSet.BuiltIn),
            Tasks = SortedRows<MeterTask>.Empty.With(
                1,
                new MeterTask
                {
                    Status = RowStatus.Active,
                    CurrentRuleSet = Model.RuleSet.BuiltInNumber,
                    Owner = "meter",
                }
            ),
        };

    /// <summary>The numbers of the rule sets that run, each once however many tasks name it, ascending (MIB-60, MIB-66).</summary>
    public IReadOnlyList<int> RunningRuleSets()
    {
        var running = new SortedSet<int>();
        foreach (var (_, task) in Tasks)
        {
            if (task.Status == RowStatus.Active && task.RunningRuleSet != 0)
                running.Add(task.RunningRuleSet);
        }
        return [.. running];
    }

    /// <summary>
    /// Flows of the rule set that were active at or after this time may not be recovered yet: the earliest PreviousTime over its active readers;
    /// null where nobody reads it (FLOW-02).
    /// </summary>
    public uint? HeldSince(uint ruleSet)
    {
        uint? heldSince = null;
        foreach (var (_, reader) in Readers)
        {
            if (reader.Status == RowStatus.Active && reader.RuleSet == ruleSet && !(heldSince <= reader.PreviousTime))
                heldSince = reader.PreviousTime;
        }
        return heldSince;
    }

    /// <summary>True where a task, active or not, names the rule set (MIB-32).</summary>
    public bool IsNamedByTask(uint ruleSet)
    {
        foreach (var (_, task) in Tasks)
        {
            if (task.CurrentRuleSet == ruleSet || task.StandbyRuleSet == ruleSet)
                return true;
        }
        return false;
    }
}
