using Rtfm.Control.Delay;
using Rtfm.Model.Delay;

namespace Rtfm.Manager.Tests.Delay;

/// <summary>Random traffic of a flow for a minute and what its edges sampled of it: with loss, duplicates, reordering, repeated keys, levels that change, gaps, overwritten samples, clocks that differ.</summary>
/// <remarks>Members 1 and 2 are entries, 3 and 4 exits; the second of each is not always there.</remarks>
internal sealed class SampledTraffic
{
    public const long Ms = 1_000_000;
    public const long WindowNs = 5_000 * Ms;
    private const int Packets = 1_500;

    /// <summary>Packets with another one's key, none of which goes out.</summary>
    private const int SentAgain = -1;
    private const long LastNs = 60_000 * Ms;

    private readonly Random _random;
    private readonly List<(long AtNs, int Member, uint Selection, uint Identity, int Packet)> _seen = [];

    /// <param name="areClocksRight">They differ by no more than they say.</param>
    public SampledTraffic(int seed, bool areClocksRight = false)
    {
        _random = new(seed);
        var (entries, exits) = (1 + _random.Next(2), 1 + _random.Next(2));
        var loss = _random.NextDouble() * 0.3;
        foreach (var number in (int[])[.. Enumerable.Range(1, entries), .. Enumerable.Range(3, exits)])
            Edges.Add(new(number, number < 3, _random.NextInt64(-900, 900) * Ms, (areClocksRight ? 900 : _random.NextInt64(0, 40)) * Ms));
        for (var i = 0; i < Packets; i++)
            Send(i, 1 + _random.Next(entries), 3 + _random.Next(exits), loss);
        foreach (var edge in Edges)
            edge.Sample(_seen.Where(each => each.Member == edge.Number).OrderBy(each => each.AtNs), _random, LastNs);
    }

    public List<Edge> Edges { get; } = [];

    /// <summary>Packets that came in and did not go out within the window.</summary>
    public HashSet<int> Lost { get; } = [SentAgain];

    private void Send(int packet, int entry, int exit, double loss)
    {
        var at = _random.NextInt64(LastNs);
        // What is sent again is chosen at every level, so that no edge overlooks one of them.
        var isRepeated = _random.Next(40) == 0;
        var selection = isRepeated ? 0 : (uint)_random.NextInt64(1L << 32) & PacketSample.SelectionMask;
        var identity = (uint)packet;
        _seen.Add((at, entry, selection, identity, packet));
        if (isRepeated)
            _seen.Add((at + _random.NextInt64(1, 12_000) * Ms, _random.Next(2) == 0 ? 1 : entry, selection, identity, SentAgain));
        if (_random.NextDouble() < loss)
        {
            Lost.Add(packet);
            return;
        }
        // What is late and was sent again meanwhile nobody could tell from it.
        var delay = !isRepeated && _random.Next(50) == 0 ? _random.NextInt64(8_000, 20_000) * Ms : _random.NextInt64(1, 800 * Ms);
        if (delay > WindowNs)
            Lost.Add(packet);
        _seen.Add((at + delay, exit, selection, identity, packet));
        if (_random.Next(20) == 0)
            _seen.Add((at + delay + _random.NextInt64(1, 3_000 * Ms), exit, selection, identity, packet));
    }

    /// <summary>What one edge sampled, in its clock, numbered from 1.</summary>
    /// <param name="number">Of the member.</param>
    internal sealed class Edge(int number, bool isEntry, long offsetNs, long errorNs)
    {
        public int Number => number;

        public bool IsEntry => isEntry;

        public long ErrorNs => errorNs;

        public List<(PacketSample Sample, int Packet)> Samples { get; } = [];

        public List<SampleGap> Gaps { get; } = [];

        /// <summary>In force behind each sample.</summary>
        public List<SamplingLevel> Levels { get; } = [];

        /// <summary>In force since the last sample.</summary>
        public SamplingLevel Level => Levels.LastOrDefault();

        /// <summary>Numbers that were overwritten before anybody read them.</summary>
        public HashSet<int> Overwritten { get; } = [];

        public void Sample(IEnumerable<(long AtNs, int Member, uint Selection, uint Identity, int Packet)> seen, Random random, long lastNs)
        {
            for (var i = random.Next(4); i > 0; i--)
            {
                var from = random.NextInt64(lastNs) + offsetNs;
                Gaps.Add(new(from, from + random.NextInt64(1, 2_000) * Ms, GapReason.CaptureLoss));
            }
            var level = (byte)0;
            foreach (var (atNs, _, selection, identity, packet) in seen)
            {
                var timeNs = atNs + offsetNs;
                // An entry that misses what comes in again cannot know that it did.
                if (!isEntry && Gaps.Exists(each => each.Overlaps(timeNs, timeNs)) || !PacketSample.IsSelected(selection, level))
                    continue;
                Samples.Add((new(timeNs, selection, identity, level, false), packet));
                if (random.Next(10) == 0)
                    level = (byte)random.Next(3);
                Levels.Add(new(level, timeNs + 1));
            }
            if (!isEntry)
            {
                for (var i = random.Next(3); i > 0; i--)
                    Overwritten.UnionWith(Enumerable.Range(random.Next(Samples.Count), random.Next(1, 20)));
            }
            // The last one is always there: what follows it is not known to be missing.
            Overwritten.RemoveWhere(each => each < 1 || each >= Samples.Count);
        }
    }
}
