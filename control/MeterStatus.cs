namespace Rtfm.Control;

/// <summary>What a meter says of itself.</summary>
/// <param name="Meter">As the person named it.</param>
/// <param name="Error">Why it does not answer; null where it does.</param>
/// <param name="FloodMark">Percent of the flow table above which it makes no new flows; 0 or 100: never.</param>
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
