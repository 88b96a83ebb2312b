using System.Globalization;
using Rtfm.Control.Domain;

namespace Rtfm.Manager.Rendering;

/// <summary>Delay and loss of flows, or of pairs of edges; times in milliseconds.</summary>
internal static class DelayScreen
{
    public static Sheet Flows(IEnumerable<FlowDelay> flows) =>
        new(
            "",
            [
                Column.Number("flow"),
                Column.Text("source"),
                Column.Text("dest"),
                Column.Number("protocol"),
                Column.Text("in at"),
                Column.Text("out at"),
                Column.Number("paired"),
                Column.Number("lost"),
                Column.Number("loss %"),
                Column.Number("unknown"),
                Column.Number("mean ms"),
                Column.Number("min"),
                Column.Number("median"),
                Column.Number("p95"),
                Column.Number("p99"),
                Column.Number("max"),
                Column.Number("variation"),
                Column.Number("± error"),
            ],
            [.. flows.Select(Cells)]
        );

    public static Sheet Edges(IEnumerable<EdgeDelay> edges) =>
        new(
            "",
            [
                Column.Text("in at"),
                Column.Text("out at"),
                Column.Number("flows"),
                Column.Number("paired"),
                Column.Number("lost"),
                Column.Number("loss %"),
                Column.Number("unknown"),
                Column.Number("mean ms"),
                Column.Number("min"),
                Column.Number("max"),
                Column.Number("± error"),
            ],
            [.. edges.Select(Cells)]
        );

    private static string[] Cells(FlowDelay flow)
    {
        var all = flow.Statistics;
        var isAny = all.Paired > 0;
        return
        [
            Text(flow.Flow),
            flow.Source,
            flow.Dest,
            Text(flow.Protocol),
            flow.Entry,
            flow.Exit,
            Text(all.Paired),
            Text(all.Lost),
            Percent(all.LossRatio),
            Text(all.Unknown),
            Ms(isAny, all.MeanNs),
            Ms(isAny, all.MinimumNs),
            Ms(isAny, all.MedianNs),
            Ms(isAny, all.Percentile95Ns),
            Ms(isAny, all.Percentile99Ns),
            Ms(isAny, all.MaximumNs),
            Ms(isAny, all.VariationNs),
            Ms(isAny, all.ClockErrorNs),
        ];
    }

    private static string[] Cells(EdgeDelay edge)
    {
        var isAny = edge.Paired > 0;
        return
        [
            edge.Entry,
            edge.Exit,
            Text(edge.Flows),
            Text(edge.Paired),
            Text(edge.Lost),
            Percent(edge.LossRatio),
            Text(edge.Unknown),
            Ms(isAny, edge.MeanNs),
            Ms(isAny, edge.MinimumNs),
            Ms(isAny, edge.MaximumNs),
            Ms(isAny, edge.ClockErrorNs),
        ];
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private static string Percent(double? ratio) => ratio is { } part ? (100 * part).ToString("F2", CultureInfo.InvariantCulture) : "";

    private static string Ms(bool isAny, long ns) => isAny ? (ns / 1e6).ToString("F3", CultureInfo.InvariantCulture) : "";
}
