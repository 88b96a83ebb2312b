namespace Rtfm.Control;

/// <summary>A rule set in a meter (flowRuleSetInfoTable).</summary>
/// <param name="Status">active, notInService or notReady.</param>
public sealed record RuleSetRow(uint Index, string Name, string Owner, string Status, int Size, long FlowRecords);
