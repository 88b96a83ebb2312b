using System.Text;

namespace Rtfm.Bench.Delay;

/// <summary>One domain in one mode.</summary>
/// <param name="Master">The router whose meter was master, from 0.</param>
/// <param name="Loads">By router, then by second.</param>
internal sealed record LoadPanel(int Edges, string Mode, int Master, Load[][] Loads);

/// <summary>Draws load over time: a row of panels for processor time and one for octets, a column for each domain and mode; the master's line stands out.</summary>
internal static class LoadPlot
{
    private const int Width = 260;
    private const int Height = 160;
    private const int Left = 60;
    private const int Top = 50;
    private const int Gap = 50;

    public static string Draw(IReadOnlyList<LoadPanel> panels)
    {
        var svg = new StringBuilder();
        var (width, height) = (Left + panels.Count * (Width + Gap), Top + 2 * (Height + Gap) + 10);
        svg.AppendLine(
            Text($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"11\">")
        );
        svg.AppendLine("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>");
        svg.AppendLine(
            Text(
                $"<text x=\"{Left}\" y=\"16\" font-size=\"13\">Load of each router's meter over time; <tspan fill=\"#c0392b\">the master</tspan>, <tspan fill=\"#2c7fb8\">others</tspan></text>"
            )
        );
        Row(svg, panels, Top, "processor, % of one", load => 100 * load.Cpu);
        Row(svg, panels, Top + Height + Gap, "management network, kB/s", load => load.Octets / 1_000.0);
        svg.AppendLine("</svg>");
        return svg.ToString();
    }

    private static void Row(StringBuilder svg, IReadOnlyList<LoadPanel> panels, int top, string unit, Func<Load, double> value)
    {
        // One scale for all, so that columns can be compared.
        var most = Nice(panels.SelectMany(each => each.Loads).SelectMany(each => each).Select(value).DefaultIfEmpty(1).Max());
        for (var i = 0; i < panels.Count; i++)
        {
            var (panel, left) = (panels[i], Left + i * (Width + Gap));
            svg.AppendLine(Text($"<text x=\"{left}\" y=\"{top - 6}\">{panel.Edges} edges, pairing: {panel.Mode}</text>"));
            svg.AppendLine(Text($"<rect x=\"{left}\" y=\"{top}\" width=\"{Width}\" height=\"{Height}\" fill=\"none\" stroke=\"#999\"/>"));
            foreach (var share in (double[])[0, 0.5, 1])
                svg.AppendLine(Text($"<text x=\"{left - 4}\" y=\"{top + Height * (1 - share) + 4}\" text-anchor=\"end\">{share * most:G3}</text>"));
            for (var router = 0; router < panel.Loads.Length; router++)
            {
                if (router != panel.Master)
                    Line(svg, panel.Loads[router], left, top, most, value, "#2c7fb8", 0.8);
            }
            if (panel.Master >= 0)
                Line(svg, panel.Loads[panel.Master], left, top, most, value, "#c0392b", 1.6);
            svg.AppendLine(Text($"<text x=\"{left + Width}\" y=\"{top + Height + 14}\" text-anchor=\"end\">{panel.Loads[0].Length} s</text>"));
        }
        svg.AppendLine(
            Text($"<text x=\"14\" y=\"{top + Height / 2}\" transform=\"rotate(-90 14 {top + Height / 2})\" text-anchor=\"middle\">{unit}</text>")
        );
    }

    private static void Line(StringBuilder svg, Load[] loads, int left, int top, double most, Func<Load, double> value, string color, double stroke)
    {
        svg.Append(Text($"<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"{stroke}\" points=\""));
        for (var i = 0; i < loads.Length; i++)
        {
            var x = left + (i + 0.5) * Width / loads.Length;
            svg.Append(Text($"{x:F1},{top + Height * (1 - Math.Min(value(loads[i]) / most, 1)):F1} "));
        }
        svg.AppendLine("\"/>");
    }

    /// <summary>A number to end an axis with: 1, 2 or 5 and zeros.</summary>
    private static double Nice(double most)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(most, 0.001))));
        return power * ((double[])[1, 2, 5, 10]).First(each => each * power >= most);
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
