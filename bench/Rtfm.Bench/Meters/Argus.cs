using System.Globalization;
using Rtfm.Bench.Processes;
using Rtfm.Bench.Traces;

namespace Rtfm.Bench.Meters;

/// <summary>argus without its configuration file: both directions in one flow, a record in its own format at each status and at the end.</summary>
internal sealed class Argus : Meter
{
    private const string Records = "argus.out";

    public override string Name => "argus";

    public override string Program => "argus";

    public override string Package => "argus-server";

    public override IEnumerable<string> Arguments(Trace trace, string folder) =>
        ["-X", "-r", trace.Path, "-w", System.IO.Path.Combine(folder, Records)];

    /// <summary>racount, of the package argus-client, sums the records: <c>sum RECORDS PACKETS …</c>.</summary>
    public override FlowCount Count(string folder)
    {
        var sum = Programs
            .Ask("racount", "-r", System.IO.Path.Combine(folder, Records))
            ?.Split('\n')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(words => words is ["sum", _, _, ..]);
        return sum is null ? new(null, null) : new(Number(sum[2]), Number(sum[1]));
    }

    private static long Number(string word) => long.Parse(word, CultureInfo.InvariantCulture);
}
