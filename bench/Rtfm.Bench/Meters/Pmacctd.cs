using System.Globalization;
using Rtfm.Bench.Traces;

namespace Rtfm.Bench.Meters;

/// <summary>pmacctd with its print plugin: flows of one direction, written as CSV at the end. Two processes and a queue between them.</summary>
internal sealed class Pmacctd : Meter
{
    private const string Flows = "flows.csv";

    // About four kilobytes of memory each; more flows are chained.
    private const int MaxEntries = 250_007;

    public override string Name => "pmacctd";

    public override string Program => "pmacctd";

    public override string Package => "pmacct";

    public override IEnumerable<string> Arguments(Trace trace, string folder)
    {
        var path = System.IO.Path.Combine(folder, "pmacctd.conf");
        // The plugin is slower than what feeds it, and what the queue cannot hold is lost: it gets room for the whole trace.
        var queue = Math.Clamp(trace.Parameters.Packets * 100, 16 << 20, 1_900_000_000);
        File.WriteAllText(
            path,
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                daemonize: false
                pcap_savefile: {trace.Path}
                aggregate: src_host, dst_host, src_port, dst_port, proto
                plugins: print
                print_output: csv
                print_output_file: {System.IO.Path.Combine(folder, Flows)}
                print_refresh_time: 3600
                print_cache_entries: {Math.Clamp(trace.Flows, 16_411, MaxEntries)}
                plugin_pipe_size: {queue}
                plugin_buffer_size: 262144

                """
            )
        );
        return ["-f", path];
    }

    /// <summary>The column PACKETS, summed.</summary>
    public override FlowCount Count(string folder)
    {
        var lines = File.ReadLines(System.IO.Path.Combine(folder, Flows)).Select(line => line.Split(','));
        var (packets, flows, column) = (0L, 0L, -1);
        foreach (var words in lines)
        {
            if (column < 0)
            {
                column = Array.IndexOf(words, "PACKETS");
                continue;
            }
            packets += long.Parse(words[column], CultureInfo.InvariantCulture);
            flows++;
        }
        return new(packets, flows);
    }
}
