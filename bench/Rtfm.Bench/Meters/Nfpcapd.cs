using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using Rtfm.Bench.Traces;

namespace Rtfm.Bench.Meters;

/// <summary>nfdump's capture daemon: flows of one direction, written to its own files.</summary>
internal sealed partial class Nfpcapd : Meter
{
    private const int DefaultNodes = 524_288;

    public override string Name => "nfpcapd";

    public override string Program => "nfpcapd";

    public override string Package => "nfdump";

    public override IEnumerable<string> Arguments(Trace trace, string folder)
    {
        // Room for each direction of each flow.
        var nodes = Math.Max(DefaultNodes, BitOperations.RoundUpToPowerOf2((uint)trace.Flows * 2));
        return ["-r", trace.Path, "-w", folder, "-B", nodes.ToString(CultureInfo.InvariantCulture)];
    }

    /// <summary>A line for each file that it finished.</summary>
    public override FlowCount Count(string folder)
    {
        var files = Said(folder).Select(line => Ident().Match(line)).Where(match => match.Success).ToArray();
        return new(files.Sum(file => Number(file, "packets")), files.Sum(file => Number(file, "flows")));
    }

    private static long Number(Match match, string group) => long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^Ident: .* Flows: (?<flows>\d+), Packets: (?<packets>\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex Ident();
}
