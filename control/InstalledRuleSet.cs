namespace Rtfm.Control;

/// <summary>A rule set that was brought into a meter.</summary>
/// <param name="RuleSet">Its number.</param>
/// <param name="Standby">The number of the standby set that came with it; null: none.</param>
/// <param name="Tasks">The tasks that run it now.</param>
/// <param name="Replaced">The number of the set it took the place of; null: none.</param>
/// <param name="Warnings">What was not done, though the set is there.</param>
public sealed record InstalledRuleSet(
    string Meter,
    uint RuleSet,
    string Name,
    int Rules,
    uint? Standby,
    IReadOnlyList<uint> Tasks,
    uint? Replaced,
    IReadOnlyList<string> Warnings
);
