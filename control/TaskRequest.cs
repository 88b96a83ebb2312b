namespace Rtfm.Control;

/// <summary>What a task is to do.</summary>
/// <param name="Standby">The rule set to run while the flow table is too full; 0: none; null: as it was.</param>
/// <param name="HighWaterMark">How full, in percent; 0: never; null: as it was.</param>
public sealed record TaskRequest(uint Current, uint? Standby, int? HighWaterMark, string Owner);
