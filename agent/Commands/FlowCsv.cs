using System.Linq;
using Rtfm.Agent.Flows;
using Rtfm.Model;

namespace Rtfm.Agent.Commands;

/// <summary>Flows as comma-separated values: a header of attribute names (RFC 2720), a line for each flow, in index order.</summary>
internal static class FlowCsv
{
    public static FlowAttribute[] DefaultColumns { get; } =
    [
        FlowAttribute.SourcePeerType,
        FlowAttribute.SourcePeerAddress,
        FlowAttribute.DestPeerAddress,
        FlowAttribute.SourceTransType,
        FlowAttribute.SourceTransAddress,
        FlowAttribute.DestTransAddress,
        FlowAttribute.ToPdus,
        FlowAttribute.FromPdus,
        FlowAttribute.ToOctets,
        FlowAttribute.FromOctets,
        FlowAttribute.FirstTime,
        FlowAttribute.LastActiveTime,
    ];

    /// <summary>What is shown unless other columns are asked for: those of a 5-tuple, and the classes, kinds and further attributes that the rules push.</summary>
    public static FlowAttribute[] ColumnsFor(RuleSet ruleSet) =>
        [
            .. DefaultColumns,
            .. ruleSet
                .Rules.Where(rule => rule.Action.Pushes())
                .Select(rule => rule.Selector)
                .Where(pushed => FlowAttributes.Get(pushed) is { } info && info.Is(AttributeRoles.Package) && IsExtra(info))
                .Distinct()
                .Order(),
        ];

    private static bool IsExtra(AttributeInfo info) => info.Is(AttributeRoles.Computed) || info.Number >= FlowAttribute.Distributions;

    /// <param name="path">The file; <c>-</c> is standard output.</param>
    public static void Write(string path, FlowAttribute[] columns, FlowSet flows)
    {
        using var file = path == "-" ? new StreamWriter(Console.OpenStandardOutput()) : new StreamWriter(path);
        file.WriteLine(string.Join(',', columns.Select(column => FlowAttributes.Get(column).Name)));
        FlowSnapshot flow = default;
        for (var after = 0u; flows.TryGetNext(after, default, ref flow); after = flow.Index)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                if (i > 0)
                    file.Write(',');
                file.Write(FlowText.Format(columns[i], flow.ValueOf(columns[i])));
            }
            file.WriteLine();
        }
    }
}
