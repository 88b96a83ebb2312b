namespace Rtfm.Control.Delay;

/// <summary>How long packets of one direction took that came in around the same time as another: when that one would have gone out. Used again for each direction.</summary>
/// <remarks>Looked up only where levels changed within the window; so it is made only then.</remarks>
internal sealed class NearbyDelays
{
    /// <summary>One packet may be an exception.</summary>
    private const int Fewest = 2;

    /// <summary>Packets are seldom timed better. No more, since what comes behind a packet is not the same whether it came or not: with a sample more, levels go up sooner.</summary>
    private const long LeastMarginNs = 1_000_000;

    private readonly List<Pair> _pairs = [];
    private long _windowNs;
    private bool _isMade;

    private readonly record struct Pair(long EntryNs, long DelayNs, ulong Key) : IComparable<Pair>
    {
        public int CompareTo(Pair other) => EntryNs.CompareTo(other.EntryNs);
    }

    /// <summary>Forgets the direction before.</summary>
    public void Begin(long windowNs) => (_windowNs, _isMade) = (windowNs, false);

    /// <summary>When a packet would have gone out, if it took about as long as those that came in up to a window before and behind it. It is itself not among them: what is asked must not depend on whether it arrived.</summary>
    /// <param name="waiting">All samples of the direction, sorted.</param>
    /// <returns>False where there are too few.</returns>
    public bool TryTell(in WaitingSample entry, ReadOnlySpan<WaitingSample> waiting, out long fromNs, out long toNs)
    {
        if (!_isMade)
            Make(waiting);
        var (least, most, count) = (long.MaxValue, long.MinValue, 0);
        var at = _pairs.BinarySearch(new(entry.TimeNs - _windowNs, 0, 0));
        at = at < 0 ? ~at : at;
        while (at > 0 && _pairs[at - 1].EntryNs >= entry.TimeNs - _windowNs)
            at--;
        for (; at < _pairs.Count && _pairs[at].EntryNs <= entry.TimeNs + _windowNs; at++)
        {
            if (_pairs[at].Key == entry.Key)
                continue;
            (least, most) = (Math.Min(least, _pairs[at].DelayNs), Math.Max(most, _pairs[at].DelayNs));
            count++;
        }
        if (count < Fewest)
        {
            (fromNs, toNs) = (0, 0);
            return false;
        }
        var margin = Math.Max(most - least, LeastMarginNs);
        (fromNs, toNs) = (entry.TimeNs + least - margin, entry.TimeNs + most + margin);
        return true;
    }

    /// <summary>Pairs what looks as if it belonged together; a key that comes twice makes the range wider at worst.</summary>
    private void Make(ReadOnlySpan<WaitingSample> waiting)
    {
        _isMade = true;
        _pairs.Clear();
        for (int first = 0, end; first < waiting.Length; first = end)
        {
            for (end = first + 1; end < waiting.Length && waiting[end].Key == waiting[first].Key; )
                end++;
            var same = waiting[first..end];
            var exit = 0;
            foreach (ref readonly var entry in same)
            {
                if (!entry.IsEntry)
                    continue;
                DirectionCorrelation.FirstExit(same, entry.TimeNs - _windowNs, ref exit);
                if (exit < same.Length && same[exit].TimeNs <= entry.TimeNs + _windowNs)
                    _pairs.Add(new(entry.TimeNs, same[exit].TimeNs - entry.TimeNs, entry.Key));
            }
        }
        _pairs.Sort();
    }
}
