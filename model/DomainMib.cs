namespace Rtfm.Model;

/// <summary>The object identifiers of RTFM-DOMAIN-MIB. Columns hang under <c>entry.column</c>; the scalars of a group are <c>group.number.0</c>.</summary>
public static class DomainMib
{
    /// <summary>The context of a master's engine that holds the flows of the whole domain.</summary>
    public const string Context = "domain";

    public static ReadOnlySpan<uint> Root => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 3];
    public static ReadOnlySpan<uint> Notifications => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 3, 0];
    public static ReadOnlySpan<uint> Self => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 3, 1, 1];
    public static ReadOnlySpan<uint> Figures => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 3, 1, 2];
    public static ReadOnlySpan<uint> MemberEntry => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 3, 1, 3, 1];
    public static ReadOnlySpan<uint> RuleSetEntry => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 3, 1, 4, 1];
    public static ReadOnlySpan<uint> Order => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 3, 1, 5];
    public static ReadOnlySpan<uint> DeliveryEntry => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 3, 1, 6, 1];
    public static ReadOnlySpan<uint> Protocol => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 3, 1, 7];
    public static ReadOnlySpan<uint> StateEntry => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 3, 1, 8, 1];
    public static ReadOnlySpan<uint> Collection => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 3, 1, 9];
    public static ReadOnlySpan<uint> ReadingEntry => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 3, 1, 10, 1];
    public static ReadOnlySpan<uint> Chain => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 3, 1, 11];

    /// <summary>What the domain's rule sets are owned by in each member's flowRuleSetInfoTable and flowManagerInfoTable.</summary>
    public static string OwnerOf(string domain) => $"domain:{domain}";

    /// <summary>What a version of a rule set is named there.</summary>
    public static string NameOf(string ruleSet, uint version) => $"{ruleSet}#{version}";
}
