using Rtfm.Model.Delay;

namespace Rtfm.Manager.Tests.Delay;

/// <summary>The rules of pairing as they are written, over all samples at once: slow, and obvious.</summary>
internal sealed class ObviousCorrelation
{
    private readonly List<(SampledTraffic.Edge Edge, PacketSample Sample, int Packet)> _entries;
    private readonly List<(SampledTraffic.Edge Edge, PacketSample Sample, int Packet)> _exits;
    private readonly List<SampledTraffic.Edge> _edges;

    /// <summary>What looks as if it had gone out, and how long it took.</summary>
    private readonly List<(PacketSample Entry, long DelayNs)> _passages = [];

    public ObviousCorrelation(SampledTraffic traffic)
    {
        _edges = traffic.Edges;
        var known = _edges.SelectMany(edge => Known(edge).Select(each => (edge, each.Sample, each.Packet))).ToList();
        _entries = [.. known.Where(each => each.edge.IsEntry)];
        _exits = [.. known.Where(each => !each.edge.IsEntry)];
        var exits = _exits.ToLookup(each => each.Sample.Key, each => each.Sample);
        foreach (var (_, entry, _) in _entries)
        {
            var near = exits[entry.Key].Where(each => Distance(each, entry) <= SampledTraffic.WindowNs).OrderBy(each => each.TimeNs).ToList();
            if (near.Count > 0)
                _passages.Add((entry, near[0].TimeNs - entry.TimeNs));
        }
    }

    /// <summary>Which packet came in and which went out, of all that were paired.</summary>
    public List<(int In, int Out, long AtNs, long DelayNs)> Pairs { get; } = [];

    /// <summary>Packets that are lost; one that was sent again, each time.</summary>
    public List<int> Lost { get; } = [];

    public DelayStatistics Run()
    {
        var (expected, unknown, repeated, negative, unpaired) = (0UL, 0UL, 0UL, 0UL, 0UL);
        var error = 0L;
        foreach (var (edge, entry, packet) in _entries)
        {
            if (_entries.Count(each => each.Sample.Key == entry.Key && Distance(each.Sample, entry) <= 2 * SampledTraffic.WindowNs) > 1)
            {
                repeated++;
                continue;
            }
            var exit = _exits
                .Where(each => each.Sample.Key == entry.Key && Distance(each.Sample, entry) <= SampledTraffic.WindowNs)
                .OrderBy(each => each.Sample.TimeNs)
                .FirstOrDefault();
            var isSampled = IsSampled(entry, edge, isEntry: false, exit) || IsSampledNearby(entry, exit);
            var isJudged = isSampled && !IsMissed(entry, edge, isEntry: false);
            if (isJudged)
                expected++;
            if (exit.Edge is null)
            {
                if (isJudged)
                    Lost.Add(packet);
                else if (isSampled)
                    unknown++;
                continue;
            }
            var (delay, allowed) = (exit.Sample.TimeNs - entry.TimeNs, edge.ErrorNs + exit.Edge.ErrorNs);
            if (delay < -allowed)
            {
                negative++;
                continue;
            }
            error = Math.Max(error, allowed);
            Pairs.Add((packet, exit.Packet, entry.TimeNs, delay));
        }
        foreach (var (edge, exit, _) in _exits)
        {
            if (_entries.Any(each => each.Sample.Key == exit.Key && Distance(each.Sample, exit) <= SampledTraffic.WindowNs))
                continue;
            if (IsSampled(exit, edge, isEntry: true) && !IsMissed(exit, edge, isEntry: true))
                unpaired++;
        }
        return Statistics(error) with
        {
            Expected = expected,
            Lost = (ulong)Lost.Count,
            Unknown = unknown,
            Repeated = repeated,
            Negative = negative,
            Unpaired = unpaired,
        };
    }

    private DelayStatistics Statistics(long error)
    {
        if (Pairs.Count == 0)
            return default;
        long[] delays = [.. Pairs.OrderBy(each => each.AtNs).ThenBy(each => each.DelayNs).Select(each => each.DelayNs)];
        long[] sorted = [.. delays.Order()];
        long[] differences = [.. delays.Zip(delays[1..], (first, second) => Math.Abs(second - first))];
        return new()
        {
            Paired = (ulong)delays.Length,
            MeanNs = Mean(delays),
            MinimumNs = sorted[0],
            MaximumNs = sorted[^1],
            MedianNs = Rank(0.5m),
            Percentile95Ns = Rank(0.95m),
            Percentile99Ns = Rank(0.99m),
            VariationNs = differences.Length == 0 ? 0 : Mean(differences),
            ClockErrorNs = error,
        };

        long Rank(decimal part) => sorted[(int)Math.Ceiling(part * sorted.Length) - 1];
        static long Mean(long[] values) => (long)Math.Round(values.Sum(each => (decimal)each) / values.Length, MidpointRounding.AwayFromZero);
    }

    private static long Distance(in PacketSample left, in PacketSample right) => Math.Abs(left.TimeNs - right.TimeNs);

    /// <summary>Each edge would have sampled it, under the levels of the samples in that time, of the last one before, and of the next.</summary>
    private bool IsSampled(
        PacketSample sample,
        SampledTraffic.Edge at,
        bool isEntry,
        (SampledTraffic.Edge Edge, PacketSample Sample, int Packet) own = default,
        (long From, long To)? passed = null
    )
    {
        foreach (var edge in _edges.Where(each => each.IsEntry == isEntry))
        {
            var (from, to) = passed ?? Passed(sample, at, edge);
            var known = Known(edge).Select(each => each.Sample).ToList();
            var levels = known.Where(each => each.TimeNs >= from && each.TimeNs <= to).Select(each => each.Level).ToList();
            levels.AddRange(known.Where(each => each.TimeNs < from).TakeLast(1).Select(each => each.Level));
            var behind = known.Where(each => each.TimeNs > to).Take(1).Select(each => each.Level).ToList();
            // A finer one has not shown.
            if (behind.Count == 0 && edge.Level.Level > known[^1].Level)
                behind.Add(edge.Level.Level);
            // Where the packet was the last sample, it made the level go up itself.
            var last = known.LastOrDefault(each => each.TimeNs <= to);
            if (own.Edge != edge || last.TimeNs != own.Sample.TimeNs || behind.Exists(each => each <= last.Level))
                levels.AddRange(behind);
            if (levels.Exists(level => !PacketSample.IsSelected(sample.Selection, level)))
                return false;
        }
        return true;
    }

    /// <summary>Each edge would have sampled it if it took about as long as others did, two at least, that came in within a window of it.</summary>
    private bool IsSampledNearby(PacketSample entry, (SampledTraffic.Edge Edge, PacketSample Sample, int Packet) own)
    {
        const long Window = SampledTraffic.WindowNs;
        var delays = _passages
            .Where(each => each.Entry.Key != entry.Key && Distance(each.Entry, entry) <= Window)
            .Select(each => each.DelayNs)
            .ToList();
        if (delays.Count < 2)
            return false;
        var margin = Math.Max(delays.Max() - delays.Min(), SampledTraffic.Ms);
        var (from, to) = (Math.Max(delays.Min() - margin, -Window), Math.Min(delays.Max() + margin, Window));
        return IsSampled(entry, null!, isEntry: false, own, (entry.TimeNs + from, entry.TimeNs + to));
    }

    /// <summary>When a packet could have passed another edge, by its clock.</summary>
    private static (long From, long To) Passed(PacketSample sample, SampledTraffic.Edge at, SampledTraffic.Edge other)
    {
        var error = at.ErrorNs + other.ErrorNs;
        return at.IsEntry
            ? (sample.TimeNs - error, sample.TimeNs + SampledTraffic.WindowNs)
            : (sample.TimeNs - SampledTraffic.WindowNs, sample.TimeNs + error);
    }

    private bool IsMissed(PacketSample sample, SampledTraffic.Edge at, bool isEntry)
    {
        foreach (var edge in _edges.Where(each => each.IsEntry == isEntry))
        {
            var (from, to) = Passed(sample, at, edge);
            if (edge.Gaps.Exists(each => each.FromNs <= to && from <= each.ToNs))
                return true;
            // Between two that are there, numbers are missing.
            int[] numbers = [.. Enumerable.Range(1, edge.Samples.Count).Where(each => !edge.Overwritten.Contains(each))];
            for (var i = 0; i < numbers.Length; i++)
            {
                var before = i == 0 ? 0 : numbers[i - 1];
                var begins = i == 0 ? long.MinValue : edge.Samples[before - 1].Sample.TimeNs;
                if (numbers[i] > before + 1 && begins <= to && from <= edge.Samples[numbers[i] - 1].Sample.TimeNs)
                    return true;
            }
        }
        return false;
    }

    private static IEnumerable<(PacketSample Sample, int Packet)> Known(SampledTraffic.Edge edge) =>
        edge.Samples.Where((_, i) => !edge.Overwritten.Contains(i + 1));
}
