using System.Runtime.InteropServices;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Mib.Host;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

/// <summary>The flows of each rule set that counted most octets between the last two looks.</summary>
/// <remarks>
/// Looks happen while somebody asks, once in <see cref="Freshness"/> at most, on a thread of their own and without locks: metering goes on. The first one
/// reads all flows, later ones only blocks with flows that were active since. To be compared with, 16 octets are kept for each row of such a block.
/// </remarks>
internal sealed class TopFlows : IDisposable
{
    /// <summary>So many of each rule set.</summary>
    public const int Most = 20;

    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(10);

    /// <summary>The first look has none before it to compare with: what was active in this time takes part, with its rates since it began.</summary>
    private const uint FirstWindow = 60 * 100;

    /// <summary>A flow that just began is not told to have an immense rate.</summary>
    private const uint ShortestInterval = 100;

    private readonly TrafficMeter _meter;
    private readonly InBackground<Look> _looks;
    private readonly Lock _looking = new();
    private readonly FlowCounts[] _counts = new FlowCounts[FlowSet.CountsAtOnce];
    private Dictionary<FlowSet, FlowHistory> _histories = [];
    private volatile bool _stopped;

    /// <param name="At">Uptime, in hundredths of a second; 0: nobody has looked yet.</param>
    /// <param name="Interval">From the look before to this one, in hundredths of a second; 0: there was none.</param>
    /// <param name="Flows">By rule set and rank.</param>
    /// <param name="Rates">By rule set, per second.</param>
    public sealed record Look(uint At, uint Interval, RowSnapshot<TopFlow> Flows, IReadOnlyDictionary<int, (ulong Octets, ulong Packets)> Rates);

    /// <param name="patience">As for <see cref="InBackground{T}"/>.</param>
    public TopFlows(TrafficMeter meter, TimeProvider clock, TimeSpan? patience = null)
    {
        _meter = meter;
        _looks = new(clock, Freshness, new(0, 0, RowSnapshot<TopFlow>.Empty, new Dictionary<int, (ulong, ulong)>()), Next, patience);
    }

    public Look Latest => _looks.Value;

    /// <summary>Waits until nobody looks at the flow table any more: its memory can go then.</summary>
    public void Dispose()
    {
        _stopped = true;
        lock (_looking) { }
    }

    private Look Next(Look before)
    {
        lock (_looking)
        {
            var now = _meter.Now;
            var since = now >= before.At ? before.At : 0; // Uptime wrapped: all flows were made anew
            var histories = new Dictionary<FlowSet, FlowHistory>();
            var rows = new List<(uint[], TopFlow)>();
            var rates = new Dictionary<int, (ulong, ulong)>();
            foreach (var set in _meter.Flows.Sets)
            {
                // A rule set that began to run since has flows that began since.
                var history = histories[set] = _histories.GetValueOrDefault(set) ?? new FlowHistory();
                var ranked = Rank(set, history, since, now, out var octets, out var packets);
                if (_stopped)
                    return before;
                rates[set.RuleSet] = (PerSecond(octets, since, now), PerSecond(packets, since, now));
                Load(set, ranked, since, now, rows);
            }
            _histories = histories;
            return new(now, before.At == 0 ? 0 : now - since, new(rows), rates);
        }
    }

    /// <summary>The flows that counted most since then, least first.</summary>
    private PriorityQueue<Candidate, ulong> Rank(FlowSet set, FlowHistory history, uint since, uint now, out ulong octets, out ulong packets)
    {
        var ranked = new PriorityQueue<Candidate, ulong>(Most);
        (octets, packets) = (0, 0);
        var takesPartFrom = since == 0 ? now - Math.Min(now, FirstWindow) : since;
        var block = 0;
        while (!_stopped && set.TryReadCounts(ref block, new(since), _counts, out var read))
        {
            foreach (ref readonly var flow in _counts.AsSpan(0, read))
            {
                var before = history.Exchange(flow, since);
                if (flow.LastActive.Hundredths < takesPartFrom)
                    continue;
                var candidate = new Candidate(flow, flow.Octets - before.Octets, flow.Pdus - before.Pdus);
                octets += candidate.Octets;
                packets += candidate.Packets;
                if (ranked.Count < Most)
                    ranked.Enqueue(candidate, candidate.Octets);
                else
                    ranked.EnqueueDequeue(candidate, candidate.Octets);
            }
        }
        return ranked;
    }

    private static void Load(FlowSet set, PriorityQueue<Candidate, ulong> ranked, uint since, uint now, List<(uint[], TopFlow)> rows)
    {
        FlowSnapshot flow = default;
        for (var rank = (uint)ranked.Count; ranked.TryDequeue(out var candidate, out _); rank--)
        {
            // Its row may have been given to another one meanwhile: then the rank stays empty until the next look.
            if (!set.TryGet(candidate.Flow.Index, default, ref flow) || flow.FirstTime != candidate.Flow.FirstTime)
                continue;
            var from = since == 0 ? candidate.Flow.FirstTime.Hundredths : since;
            rows.Add(
                (
                    [(uint)set.RuleSet, rank],
                    new(flow, candidate.Flow, PerSecond(candidate.Octets, from, now), PerSecond(candidate.Packets, from, now))
                )
            );
        }
    }

    private static ulong PerSecond(ulong counted, uint from, uint to)
    {
        var hundredths = Math.Max(to - Math.Min(from, to), ShortestInterval);
        return (ulong)((UInt128)counted * 100 / hundredths);
    }

    private readonly record struct Candidate(FlowCounts Flow, ulong Octets, ulong Packets);

    /// <summary>What the flows of a rule set had counted at the look before.</summary>
    private sealed class FlowHistory
    {
        private readonly Dictionary<uint, Counted[]> _blocks = [];

        public record struct Counted(ulong Octets, ulong Pdus);

        /// <summary>Keeps what the flow has counted, and gives what it had; nothing where it began after <paramref name="since"/>.</summary>
        public Counted Exchange(in FlowCounts flow, uint since)
        {
            var (block, row) = Math.DivRem(flow.Index - 1, FlowSet.CountsAtOnce);
            ref var rows = ref CollectionsMarshal.GetValueRefOrAddDefault(_blocks, block, out _);
            rows ??= new Counted[FlowSet.CountsAtOnce];
            var now = new Counted(flow.Octets, flow.Pdus);
            var before = rows[row];
            rows[row] = now;
            // The row may have been another flow's: that one cannot have counted more than it, if both were seen.
            return flow.FirstTime.Hundredths >= since || before.Octets > now.Octets || before.Pdus > now.Pdus ? default : before;
        }
    }
}
