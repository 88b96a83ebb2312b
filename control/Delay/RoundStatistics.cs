using Rtfm.Model.Delay;

namespace Rtfm.Control.Delay;

/// <summary>The pairs of one direction of a flow in one round, until they are reckoned. Used again for each.</summary>
internal sealed class RoundStatistics
{
    private Pair[] _pairs = new Pair[64];
    private long[] _delays = new long[64];
    private int _count;

    /// <summary>Of the direction that is being decided.</summary>
    public NearbyDelays Nearby { get; } = new();

    private readonly record struct Pair(long EntryNs, long DelayNs) : IComparable<Pair>
    {
        public int CompareTo(Pair other) => EntryNs != other.EntryNs ? EntryNs.CompareTo(other.EntryNs) : DelayNs.CompareTo(other.DelayNs);
    }

    public void Add(long entryNs, long delayNs)
    {
        if (_count == _pairs.Length)
        {
            Array.Resize(ref _pairs, _count * 2);
            Array.Resize(ref _delays, _count * 2);
        }
        _pairs[_count++] = new(entryNs, delayNs);
    }

    /// <summary>Puts the round's pairs into what is known, and forgets them.</summary>
    /// <param name="before">Delay of the last pair before this round; null: there was none. Receives that of the last one.</param>
    public DelayStatistics Finish(in DelayStatistics known, long clockErrorNs, ref long? before)
    {
        if (_count == 0)
            return known;
        var pairs = _pairs.AsSpan(0, _count);
        var delays = _delays.AsSpan(0, _count);
        pairs.Sort();
        var (sum, differences, differing) = ((Int128)0, (Int128)0, 0);
        for (var i = 0; i < pairs.Length; i++)
        {
            var delay = delays[i] = pairs[i].DelayNs;
            sum += delay;
            if (before is { } last)
            {
                differences += Math.Abs(delay - last);
                differing++;
            }
            before = delay;
        }
        delays.Sort();
        _count = 0;
        return known with
        {
            MeanNs = Rounded(sum, delays.Length),
            MinimumNs = delays[0],
            MaximumNs = delays[^1],
            MedianNs = Percentile(delays, 50),
            Percentile95Ns = Percentile(delays, 95),
            Percentile99Ns = Percentile(delays, 99),
            VariationNs = differing == 0 ? 0 : Rounded(differences, differing),
            ClockErrorNs = clockErrorNs,
        };
    }

    /// <summary>The smallest delay that so many of a hundred do not exceed (RFC 2330 §11.3).</summary>
    private static long Percentile(ReadOnlySpan<long> sorted, int percent) => sorted[(int)(((long)sorted.Length * percent + 99) / 100) - 1];

    private static long Rounded(Int128 sum, int count) => (long)((sum + (sum < 0 ? -count : count) / 2) / count);
}
