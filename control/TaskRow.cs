namespace Rtfm.Control;

/// <summary>A task of a meter (flowManagerInfoTable).</summary>
/// <param name="Current">The rule set it runs; 0: none.</param>
/// <param name="Standby">The rule set it runs while the flow table is too full; 0: none.</param>
/// <param name="HighWaterMark">Percent of the flow table; 0 or 100: never too full.</param>
public sealed record TaskRow(uint Index, int Current, int Standby, int HighWaterMark, bool RunningStandby, string Owner, string Status)
{
    /// <summary>True where the task names the rule set, running or not.</summary>
    public bool Names(uint ruleSet) => Current == ruleSet || Standby == ruleSet;
}
