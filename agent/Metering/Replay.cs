using Rtfm.Agent.Capture;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Packets;
using Rtfm.Model;

namespace Rtfm.Agent.Metering;

/// <summary>Capture files through rule sets, all at once, as fast as they can be read. Time is the packets' own; no flow is recovered.</summary>
internal sealed class Replay : IDisposable
{
    private const long HundredthNs = 10_000_000;

    private readonly FlowTable _table;
    private readonly PacketBatch _batch = new();
    private long? _startNs;
    private long _nowNs;

    public Replay(IReadOnlyList<RuleSet> ruleSets, OctetLayer octets, int maxFlows, bool intoTunnels = false)
    {
        _table = new FlowTable(maxFlows);
        var running = new RunningRuleSet[ruleSets.Count];
        for (var i = 0; i < running.Length; i++)
        {
            var number = RuleSet.BuiltInNumber + i;
            var flows = _table.GetOrAdd(number);
            running[i] = new RunningRuleSet(number, ruleSets[i], new(ruleSets[i], flows.Shapes), flows);
        }
        Runs = running;
        Processor = new PacketProcessor(octets, intoTunnels);
        Processor.Run(running);
    }

    public PacketProcessor Processor { get; }

    /// <summary>In the order they were given.</summary>
    public IReadOnlyList<RunningRuleSet> Runs { get; }

    /// <summary>Records that could not be read.</summary>
    public ulong Damaged { get; private set; }

    /// <exception cref="CaptureException">The file cannot be read or is no capture.</exception>
    public void Read(string path)
    {
        using var source = CaptureFile.Open(path);
        SourceState state;
        do
        {
            state = source.Read(_batch);
            ProcessBatch();
        } while (state == SourceState.Open);
        Damaged += source.Counters.Damaged;
    }

    public void Dispose() => _table.Dispose();

    /// <summary>Packets of the same hundredth of a second arrive together.</summary>
    private void ProcessBatch()
    {
        var packets = _batch.Packets;
        while (!packets.IsEmpty)
        {
            var now = UptimeOf(packets[0].TimeNs);
            // Time in a file may step back, Uptime does not.
            var next = _startNs!.Value + (_nowNs / HundredthNs + 1) * HundredthNs;
            var together = 1;
            while (together < packets.Length && packets[together].TimeNs < next)
                together++;
            Processor.Process(packets[..together], now);
            packets = packets[together..];
        }
    }

    /// <summary>Hundredths of a second since the first packet.</summary>
    private Uptime UptimeOf(long timeNs)
    {
        _startNs ??= timeNs;
        _nowNs = Math.Max(_nowNs, timeNs - _startNs.Value);
        return new Uptime(unchecked((uint)(_nowNs / HundredthNs)));
    }
}
