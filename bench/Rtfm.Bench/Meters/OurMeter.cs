using System.Text.Json;
using Rtfm.Bench.Processes;
using Rtfm.Bench.Traces;

namespace Rtfm.Bench.Meters;

/// <summary>rtfm-agent replay, one thread.</summary>
/// <param name="writesFlows">Whether it writes the flows to a file at the end, as most of the others do; a meter reader collects them otherwise.</param>
internal sealed class OurMeter(string agent, string rules, bool writesFlows = false) : Meter
{
    public override string Name => writesFlows ? "rtfm-csv" : "rtfm";

    public override string Program => agent;

    public override string? Package => null;

    public override IEnumerable<string> Arguments(Trace trace, string folder) =>
        ["replay", trace.Path, "--ruleset", rules, "--json", .. writesFlows ? ["--flows", "flows.csv"] : Array.Empty<string>()];

    public override FlowCount Count(string folder)
    {
        using var report = JsonDocument.Parse(File.ReadAllText(System.IO.Path.Combine(folder, Child.Output)));
        var root = report.RootElement;
        return new(root.GetProperty("counted").GetInt64(), root.GetProperty("flows").GetInt64());
    }
}
