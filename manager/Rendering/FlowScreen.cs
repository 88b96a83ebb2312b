using System.Globalization;
using Rtfm.Model;

namespace Rtfm.Manager.Rendering;

/// <summary>Flows, one a line.</summary>
internal static class FlowScreen
{
    /// <summary>The busiest first, counting both directions.</summary>
    public static IReadOnlyList<FlowRecord> Busiest(IEnumerable<FlowRecord> flows, bool byOctets, int count) =>
        [.. flows.OrderByDescending(flow => Volume(flow, byOctets)).Take(count)];

    public static Sheet Sheet(IEnumerable<FlowRecord> flows, IReadOnlyList<FlowAttribute> shown) =>
        new(
            "",
            [
                Column.Number("rule set"),
                Column.Number("flow"),
                .. shown.Select(attribute => new Column(FlowAttributes.Get(attribute).Name, IsNumber(attribute))),
            ],
            [.. flows.Select(flow => Cells(flow, shown))]
        );

    public static IEnumerable<Dictionary<string, object>> Json(IEnumerable<FlowRecord> flows, IReadOnlyList<FlowAttribute> shown) =>
        flows.Select(flow =>
        {
            var json = new Dictionary<string, object> { ["ruleSet"] = flow.RuleSet, ["flowIndex"] = flow.Index };
            foreach (var attribute in shown)
                json[FlowAttributes.Get(attribute).Name] = Json(flow, attribute);
            return json;
        });

    private static object Json(FlowRecord flow, FlowAttribute attribute) =>
        FlowAttributes.Get(attribute).Syntax == AttributeSyntax.Nanoseconds ? (long)flow.Number(attribute)
        : IsOctets(attribute) ? flow.Text(attribute)
        : flow.Number(attribute);

    private static string[] Cells(FlowRecord flow, IReadOnlyList<FlowAttribute> shown) =>
        [
            flow.RuleSet.ToString(CultureInfo.InvariantCulture),
            flow.Index.ToString(CultureInfo.InvariantCulture),
            .. shown.Select(attribute => flow.Text(attribute)),
        ];

    private static ulong Volume(FlowRecord flow, bool byOctets) =>
        byOctets
            ? flow.Number(FlowAttribute.ToOctets) + flow.Number(FlowAttribute.FromOctets)
            : flow.Number(FlowAttribute.ToPdus) + flow.Number(FlowAttribute.FromPdus);

    private static bool IsOctets(FlowAttribute attribute) => FlowDataPackage.TagOf(attribute) == FlowDataPackage.OctetStringTag;

    private static bool IsNumber(FlowAttribute attribute) =>
        !IsOctets(attribute) || FlowAttributes.Get(attribute).Syntax == AttributeSyntax.TransportAddress;
}
