using System.CommandLine;
using Rtfm.Bench.Traces;
using static Rtfm.Bench.MeasuringCommand;

namespace Rtfm.Bench.Meters;

/// <summary><c>bench meter</c>: our meter beside those that people use, on the same traces.</summary>
internal static class MeterCommand
{
    private static readonly Option<string> TraceOption = Make("--trace", "Which trace: A, B or both (default both)", "A|B|both", "both");
    private static readonly Option<long?> Packets = Make<long?>("--packets", "Packets in a trace, instead of 10000000", "N");
    private static readonly Option<int?> Flows = Make<int?>("--flows", "Flows to draw from, instead of 100000 (A), 1000000 (B)", "N");
    private static readonly Option<double?> Zipf = Make<double?>("--zipf", "Exponent of Zipf's law, instead of 1.05 (A), 0.9 (B)", "S");
    private static readonly Option<int?> Ipv6 = Make<int?>("--ipv6", "Percentage of clients that speak IPv6, instead of 25", "PERCENT");
    private static readonly Option<int?> Vlan = Make<int?>("--vlan", "Percentage of clients in a VLAN, instead of 20", "PERCENT");
    private static readonly Option<int> Runs = Make("--runs", "Runs of each meter, the median counts (default 3)", "N", 3);
    private static readonly Option<string> Only = Make(
        "--only",
        $"Only these, separated by commas: {string.Join(", ", Comparison.Names)}",
        "NAMES",
        ""
    );
    private static readonly Option<string?> Json = Make<string?>("--json", "Write the results to this file too", "FILE");
    private static readonly Option<string> Agent = Make("--agent", "Our meter (default out/rtfm-agent)", "PATH", Repository.Agent);
    private static readonly Option<bool> Clean = new("--clean") { Description = "Remove the traces, which are kept in bench/.cache, and end" };

    public static int Run(string[] args)
    {
        var command = new RootCommand(
            """
            Measures our meter and the meters that Debian has on the same generated traces.

            Example:
              ./rtfm bench meter --trace A --runs 1 --only rtfm,nfpcapd
            """
        )
        {
            TraceOption,
            Packets,
            Flows,
            Zipf,
            Ipv6,
            Vlan,
            Runs,
            Only,
            Json,
            Agent,
            Clean,
        };
        return MeasuringCommand.Run(command, args, Measure);
    }

    private static int Measure(ParseResult arguments, CancellationToken stop)
    {
        var traces = new TraceCache(Repository.Traces);
        if (arguments.GetValue(Clean))
        {
            traces.Clear();
            return 0;
        }
        using var comparison = new Comparison(Options(arguments), traces, stop);
        var report = comparison.Run();
        if (arguments.GetValue(Json) is { } path)
            File.WriteAllText(path, report.ToJson());
        return report.IsComplete ? 0 : 1;
    }

    private static MeterOptions Options(ParseResult arguments)
    {
        var names = arguments.GetValue(Only)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Except(Comparison.Names).FirstOrDefault() is { } unknown)
            throw new ArgumentException($"--only has '{unknown}': no meter. There are {string.Join(", ", Comparison.Names)}.");
        TraceParameters[] traces = arguments.GetValue(TraceOption)!.ToUpperInvariant() switch
        {
            "A" => [TraceParameters.A],
            "B" => [TraceParameters.B],
            "BOTH" => [TraceParameters.A, TraceParameters.B],
            var other => throw new ArgumentException($"--trace is '{other}'. Write A, B or both."),
        };
        return new()
        {
            Traces = [.. traces.Select(trace => Change(trace, arguments))],
            Runs = InRange(arguments.GetValue(Runs), 1, 1_000, "--runs"),
            Only = names,
            Agent = Path.GetFullPath(arguments.GetValue(Agent)!),
            Rules = Repository.FiveTuple,
        };
    }

    private static TraceParameters Change(TraceParameters trace, ParseResult arguments)
    {
        var changed = trace with
        {
            Packets = InRange(arguments.GetValue(Packets) ?? trace.Packets, 1, 1_000_000_000, "--packets"),
            Flows = InRange(arguments.GetValue(Flows) ?? trace.Flows, 1, 100_000_000, "--flows"),
            ZipfExponent = InRange(arguments.GetValue(Zipf) ?? trace.ZipfExponent, 0, 10, "--zipf"),
            Ipv6Percent = InRange(arguments.GetValue(Ipv6) ?? trace.Ipv6Percent, 0, 100, "--ipv6"),
            VlanPercent = InRange(arguments.GetValue(Vlan) ?? trace.VlanPercent, 0, 100, "--vlan"),
        };
        // The usual traces stay in the cache beside it.
        return changed == trace ? trace : changed with { Name = $"{trace.Name}-changed" };
    }
}
