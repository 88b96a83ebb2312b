namespace Rtfm.Manager.Control;

/// <summary>A rule set in a meter (flowRuleSetInfoTable).</summary>
/// <param name="Status">active, notInService or notReady.</param>
public sealed record RuleSetRow(uint Index, string Name, string Owner, string Status, int Size, long FlowRecords);

/// <summary>A task of a meter (flowManagerInfoTable).</summary>
public sealed record TaskRow(uint Index, int Current, int Standby, int HighWaterMark, bool RunningStandby, string Owner, string Status)
{
    /// <summary>True where the task names the rule set, running or not.</summary>
    public bool Names(uint ruleSet) => Current == ruleSet || Standby == ruleSet;
}

/// <summary>A meter reader that is registered (flowReaderInfoTable). Times are the meter's Uptime, in hundredths of a second.</summary>
public sealed record ReaderRow(uint Index, int RuleSet, string Owner, int TimeoutSeconds, uint LastTime, uint PreviousTime, string Status);

/// <summary>An interface of a meter (flowInterfaceTable).</summary>
public sealed record InterfaceRow(uint IfIndex, int SampleRate, uint LostPackets);

/// <summary>What a meter says of itself.</summary>
/// <param name="Error">Why it does not answer; null where it does.</param>
public sealed record MeterStatus(
    string Meter,
    string? Error,
    string Name,
    uint UptimeHundredths,
    int ActiveFlows,
    int MaxFlows,
    int FloodMark,
    bool FloodMode,
    int InactivityTimeoutSeconds,
    IReadOnlyList<RuleSetRow> RuleSets,
    IReadOnlyList<TaskRow> Tasks,
    IReadOnlyList<ReaderRow> Readers,
    IReadOnlyList<InterfaceRow> Interfaces
)
{
    public static MeterStatus Failed(string meter, string error) => new(meter, error, "", 0, 0, 0, 0, false, 0, [], [], [], []);
}
