using System.Globalization;
using System.Text.RegularExpressions;
using Rtfm.Bench.Traces;

namespace Rtfm.Bench.Meters;

/// <summary>softflowd: both directions in one flow; makes NetFlow 9 datagrams of them at the end and sends them nowhere.</summary>
internal sealed partial class Softflowd : Meter
{
    public override string Name => "softflowd";

    public override string Program => "softflowd";

    public override string Package => "softflowd";

    public override IEnumerable<string> Arguments(Trace trace, string folder) =>
        [
            "-r",
            trace.Path,
            "-m",
            // ICMP makes a few more flows than 5-tuples.
            (trace.Flows * 2 + 1_000).ToString(CultureInfo.InvariantCulture),
            "-d",
            "-6",
            "-v",
            "9",
            "-p",
            System.IO.Path.Combine(folder, "pid"),
            // With a control socket it may wait for somebody to call before it reads a file.
            "-c",
            "none",
        ];

    public override FlowCount Count(string folder)
    {
        long? packets = null;
        long? flows = null;
        foreach (var line in Said(folder))
        {
            if (Statistic().Match(line) is not { Success: true } match)
                continue;
            var number = long.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
            if (match.Groups["name"].Value == "Flows expired")
                flows = number;
            else
                // Those ignored come after those processed, and are among them.
                packets = match.Groups["name"].Value == "Ignored packets" ? packets - number : number;
        }
        return new(packets, flows);
    }

    [GeneratedRegex(@"^(?<name>Packets processed|Ignored packets|Flows expired): (?<number>\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex Statistic();
}
