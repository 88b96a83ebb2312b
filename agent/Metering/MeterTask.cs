using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Metering;

/// <summary>What a manager wants run: a row of flowManagerInfoTable (RFC 2720 §4; RFC 2722 §4.6).</summary>
public sealed record MeterTask
{
    public RowStatus Status { get; init; }

    /// <summary>The rule set to run; 0: none.</summary>
    public int CurrentRuleSet { get; init; }

    /// <summary>The rule set to run instead while the flow table is fuller than <see cref="HighWaterMark"/>; 0: none.</summary>
    public int StandbyRuleSet { get; init; }

    /// <summary>Percent of the flow table in use; 0 and 100: never switch.</summary>
    public int HighWaterMark { get; init; }

    /// <summary>Deprecated and without effect (MIB-132): 64-bit counters wrap.</summary>
    public int CounterWrap { get; init; } = 1;

    public string Owner { get; init; } = "";

    /// <summary>Uptime of the manager's last SET; the meter's own switching leaves it alone (MIB-64).</summary>
    public uint TimeStamp { get; init; }

    /// <summary>True while the standby rule set runs: set by the meter, taken back by the manager (MIB-63).</summary>
    public bool RunningStandby { get; init; }

    public int RunningRuleSet => RunningStandby ? StandbyRuleSet : CurrentRuleSet;

    /// <summary>True where a table fuller than this task's mark switches it to standby.</summary>
    public bool TripsAt(double usagePercent) =>
        Status == RowStatus.Active && !RunningStandby && HighWaterMark is > 0 and < 100 && usagePercent > HighWaterMark;
}
