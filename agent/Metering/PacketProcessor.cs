using System.Diagnostics;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Matching;
using Rtfm.Agent.Packets;
using Rtfm.Model;

namespace Rtfm.Agent.Metering;

/// <summary>The packet processor: parses a batch, runs the rule sets on it, counts it in flows (RFC 2722 §4.1 figure, §4.3).</summary>
/// <remarks>One thread at a time; no allocation, no lock, no virtual call per packet.</remarks>
public sealed class PacketProcessor(OctetLayer octets = OctetLayer.Network)
{
    private MatchKey[] _keys = new MatchKey[PacketBatch.DefaultCapacity];
    private volatile RunningRuleSet[] _running = [];

    /// <summary>The rule sets that run now, each once (MIB-66).</summary>
    public IReadOnlyList<RunningRuleSet> Running => _running;

    /// <summary>What parsing met.</summary>
    public ParseCounters Parsed { get; } = new();

    /// <summary>Whose packets are left out: the meter's own SNMP traffic; null: nobody's.</summary>
    public ManagementTraffic? LeftOut { get; init; }

    /// <summary>Packets left out.</summary>
    public ulong LeftOutPackets { get; private set; }

    /// <summary>Runs these rule sets from the next batch on.</summary>
    public void Run(IReadOnlyList<RunningRuleSet> running) => _running = [.. running];

    /// <summary>Meters packets that arrived together.</summary>
    /// <param name="now">When they arrived, in Uptime: what flows' times are made of.</param>
    public void Process(ReadOnlySpan<CapturedPacket> packets, Uptime now)
    {
        if (_keys.Length < packets.Length)
            _keys = new MatchKey[packets.Length];
        var keys = _keys.AsSpan(0, packets.Length);
        PacketParser.Parse(packets, keys, Parsed);
        if (LeftOut is not null)
            keys = keys[..Keep(keys, LeftOut)];
        Process(keys, now);
    }

    /// <summary>Matches and counts packets that are parsed.</summary>
    public void Process(ReadOnlySpan<MatchKey> keys, Uptime now)
    {
        foreach (var running in _running)
        {
            foreach (ref readonly var key in keys)
            {
                if (key.Unparsed == UnparsedReason.None)
                    Process(running, key, now);
            }
            Debug.Assert(running.Counted + running.Ignored + running.Unmatched + running.Lost == running.Seen, "every packet has one outcome");
        }
    }

    // RFC 2722 §4.3: forward; only where nothing matches, reversed.
    private void Process(RunningRuleSet running, in MatchKey packet, Uptime now)
    {
        running.Seen++;
        var length = octets == OctetLayer.Network ? packet.NetworkOctets : packet.AdjacentOctets;
        FlowKey key = default;
        switch (running.Engine.Match(packet, reversed: false, ref key))
        {
            case MatchOutcome.Ignore:
                running.Ignored++;
                return;
            case MatchOutcome.Success:
                Count(running, CountForward(running.Flows, key, length, now));
                return;
        }
        switch (running.Engine.Match(packet, reversed: true, ref key))
        {
            case MatchOutcome.Ignore:
                running.Ignored++;
                return;
            case MatchOutcome.Success:
                Count(running, CountReverse(running.Flows, key, length, now));
                return;
            default:
                running.Unmatched++;
                return;
        }
    }

    private static void Count(RunningRuleSet running, bool isCounted)
    {
        if (isCounted)
            running.Counted++;
        else
            running.Lost++;
    }

    /// <summary>Success at the first attempt: the flow may already be there the other way round.</summary>
    private static bool CountForward(FlowSet flows, in FlowKey key, uint length, Uptime now)
    {
        if (key.Shape is null)
            return false;
        var hash = flows.HashOf(key);
        if (flows.TryCount(key, hash, isForward: true, length, now))
            return true;
        if (key.TryReverse(flows.Shapes, out var reversed) && flows.TryCount(reversed, flows.HashOf(reversed), isForward: false, length, now))
            return true;
        return flows.TryCreate(key, hash, isForward: true, length, now);
    }

    /// <summary>Success at the second attempt: the packet goes against the flow, also against one it makes (PME-07).</summary>
    private static bool CountReverse(FlowSet flows, in FlowKey key, uint length, Uptime now)
    {
        if (key.Shape is null)
            return false;
        var hash = flows.HashOf(key);
        return flows.TryCount(key, hash, isForward: false, length, now) || flows.TryCreate(key, hash, isForward: false, length, now);
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
