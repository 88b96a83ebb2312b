namespace Rtfm.Control;

/// <summary>A meter reader that is registered (flowReaderInfoTable).</summary>
/// <param name="LastTime">When its latest collection began: the meter's Uptime, in hundredths of a second; 0: never.</param>
/// <param name="PreviousTime">When the one before began.</param>
public sealed record ReaderRow(uint Index, int RuleSet, string Owner, int TimeoutSeconds, uint LastTime, uint PreviousTime, string Status);
