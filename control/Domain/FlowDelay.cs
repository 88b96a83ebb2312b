using Rtfm.Model.Delay;

namespace Rtfm.Control.Domain;

/// <summary>Delay and loss of one direction of a domain's flow.</summary>
/// <param name="Flow">Its flow index in the domain.</param>
/// <param name="Direction">to or from, as its record has source and dest.</param>
/// <param name="Source">Where these packets come from: address and port.</param>
/// <param name="Protocol">The transport protocol's number; 0: the rule set does not tell.</param>
/// <param name="Entry">The member where they come into the domain; empty: not known.</param>
/// <param name="Exit">The member where they go out.</param>
public sealed record FlowDelay(
    string RuleSet,
    uint Flow,
    string Direction,
    string Source,
    string Dest,
    int Protocol,
    string Entry,
    string Exit,
    DelayStatistics Statistics
)
{
    /// <summary>True for the flow that a person means by a flow index, an address, or an address and port.</summary>
    public bool Is(string text) =>
        Flow.ToString(System.Globalization.CultureInfo.InvariantCulture) == text || IsEnd(Source, text) || IsEnd(Dest, text);

    private static bool IsEnd(string end, string text) =>
        end == text || end.StartsWith(text + ":", StringComparison.Ordinal) || end.StartsWith($"[{text}]", StringComparison.Ordinal);
}

/// <summary>Delay and loss of all that comes in at one edge and goes out at another. Percentiles of flows cannot be put together: there are none.</summary>
/// <param name="Flows">How many directions of flows it is of.</param>
/// <param name="MeanNs">Of all flows' latest pairs, by how many each has had.</param>
public sealed record EdgeDelay(
    string Entry,
    string Exit,
    int Flows,
    ulong Paired,
    ulong Expected,
    ulong Lost,
    ulong Unknown,
    ulong Negative,
    long MeanNs,
    long MinimumNs,
    long MaximumNs,
    long ClockErrorNs
)
{
    /// <inheritdoc cref="DelayStatistics.LossRatio"/>
    public double? LossRatio => Expected == 0 ? null : (double)Lost / Expected;

    /// <summary>By entry and exit.</summary>
    public static IReadOnlyList<EdgeDelay> Of(IEnumerable<FlowDelay> flows) =>
        [
            .. flows
                .GroupBy(each => (each.Entry, each.Exit))
                .OrderBy(each => each.Key.Entry, StringComparer.Ordinal)
                .ThenBy(each => each.Key.Exit, StringComparer.Ordinal)
                .Select(each => Of(each.Key.Entry, each.Key.Exit, [.. each.Select(flow => flow.Statistics)])),
        ];

    private static EdgeDelay Of(string entry, string exit, IReadOnlyList<DelayStatistics> all)
    {
        DelayStatistics[] paired = [.. all.Where(each => each.Paired > 0)];
        var pairs = Sum(each => each.Paired);
        return new(
            entry,
            exit,
            all.Count,
            pairs,
            Sum(each => each.Expected),
            Sum(each => each.Lost),
            Sum(each => each.Unknown),
            Sum(each => each.Negative),
            pairs == 0 ? 0 : (long)Math.Round(paired.Sum(each => (double)each.MeanNs * each.Paired) / pairs),
            paired.Select(each => each.MinimumNs).DefaultIfEmpty().Min(),
            paired.Select(each => each.MaximumNs).DefaultIfEmpty().Max(),
            paired.Select(each => each.ClockErrorNs).DefaultIfEmpty().Max()
        );

        ulong Sum(Func<DelayStatistics, ulong> count) => all.Aggregate(0UL, (sum, each) => sum + count(each));
    }
}
