namespace Rtfm.MeterReader.Collection;

/// <summary>What one pass brought of one rule set.</summary>
/// <param name="Flows">Records written.</param>
/// <param name="BadPackages">Values that were no flow data packages; they were passed over.</param>
/// <param name="AbsurdCounters">Flows with a counter that went back, or beyond belief.</param>
/// <param name="IsShared">Collections that we know nothing of began in our row: the meter may have let go of flows before we read them.</param>
public sealed record RuleSetResult(int Number, string Name, int Flows, int BadPackages, int AbsurdCounters, bool IsShared);

/// <summary>What one pass over a meter brought.</summary>
/// <param name="Missing">Rule sets that were asked for and that the meter does not have.</param>
/// <param name="ReadsColumns">The meter has no data packages; its flows were read from flowDataTable.</param>
public sealed record CollectionResult(string Meter, IReadOnlyList<RuleSetResult> RuleSets, IReadOnlyList<string> Missing, bool ReadsColumns)
{
    public int Flows => RuleSets.Sum(each => each.Flows);

    public int BadPackages => RuleSets.Sum(each => each.BadPackages);
}
