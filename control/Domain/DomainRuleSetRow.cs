namespace Rtfm.Control.Domain;

/// <summary>A rule set that all members run (rtfmDomainRuleSetTable).</summary>
/// <param name="Active">The version to run; 0: none yet.</param>
/// <param name="Wanted">The version on its way; 0: none.</param>
/// <param name="Kept">Versions to go back to, newest first.</param>
/// <param name="Refused">The version given up last; 0: none since.</param>
/// <param name="Newest">A new version must be greater.</param>
public sealed record DomainRuleSetRow(uint Number, string Name, uint Active, uint Wanted, IReadOnlyList<uint> Kept, uint Refused, uint Newest)
{
    /// <summary>It was removed, and is only remembered.</summary>
    internal bool IsRemoved => Active == 0 && Wanted == 0 && Kept.Count == 0 && Refused == 0;
}
