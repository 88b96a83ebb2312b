using Rtfm.Agent.Capture;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Matching;
using Rtfm.Agent.Packets;
using Rtfm.Model;

namespace Rtfm.Agent.Metering;

/// <summary>The packet processor: parses a batch, runs the rule sets on it, counts it in flows (RFC 2722 §4.1 figure, §4.3).</summary>
/// <remarks>One thread at a time; no allocation, no virtual call per packet.</remarks>
public sealed class PacketProcessor(OctetLayer octets = OctetLayer.Network, bool intoTunnels = false)
{
    private MatchKey[] _keys = new MatchKey[PacketBatch.DefaultCapacity];
    private MatchResult[] _results = new MatchResult[PacketBatch.DefaultCapacity];
    private volatile RunningRuleSet[] _running = [];
    private PacketKeys _packetKeys = new(new());

    /// <summary>True where a rule set asks for samples: else nobody needs keys.</summary>
    private bool _isSampled;

    /// <summary>The rule sets that run now, each once (MIB-66).</summary>
    public IReadOnlyList<RunningRuleSet> Running => _running;

    /// <summary>What parsing met.</summary>
    public ParseCounters Parsed { get; } = new();

    /// <summary>Whose packets are left out: the meter's own SNMP traffic; null: nobody's.</summary>
    public ManagementTraffic? LeftOut { get; init; }

    /// <summary>Packets left out.</summary>
    public ulong LeftOutPackets { get; private set; }

    /// <summary>Runs these rule sets from the next batch on.</summary>
    public void Run(IReadOnlyList<RunningRuleSet> running)
    {
        _running = [.. running];
        _isSampled = Array.Exists(_running, run => run.Engine.Plans.AsksForSamples);
    }

    /// <summary>How packets' keys are made from the next batch on.</summary>
    internal void Key(KeySettings settings)
    {
        if (settings != _packetKeys.Settings)
            _packetKeys = new PacketKeys(settings);
    }

    /// <summary>Meters packets that arrived together.</summary>
    /// <param name="now">When they arrived, in Uptime: what flows' times are made of.</param>
    public void Process(ReadOnlySpan<CapturedPacket> packets, Uptime now)
    {
        if (_keys.Length < packets.Length)
            _keys = new MatchKey[packets.Length];
        var keys = _keys.AsSpan(0, packets.Length);
        PacketParser.Parse(packets, keys, Parsed, intoTunnels);
        if (_isSampled)
            _packetKeys.Make(packets, keys);
        if (LeftOut is not null)
            keys = keys[..Keep(keys, LeftOut)];
        Process(keys, now);
    }

    /// <summary>Matches and counts packets that are parsed.</summary>
    public void Process(ReadOnlySpan<MatchKey> keys, Uptime now)
    {
        if (_results.Length < keys.Length)
            _results = new MatchResult[keys.Length];
        var results = _results.AsSpan(0, keys.Length);
        foreach (var running in _running)
        {
            running.Engine.Match(keys, results);
            var lost = running.Flows.CountBatch(results, keys, running.Engine.Plans, octets, now);
            running.Count(results, lost);
        }
    }

    private int Keep(Span<MatchKey> keys, ManagementTraffic leftOut)
    {
        var kept = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            if (leftOut.Includes(keys[i]))
                LeftOutPackets++;
            else if (kept++ != i)
                keys[kept - 1] = keys[i];
        }
        return kept;
    }
}
