using Rtfm.Model.Delay;

namespace Rtfm.Control.Delay;

/// <summary>A flow of the domain: what its edges sampled of it, and the results of both directions.</summary>
public sealed class FlowCorrelation
{
    /// <summary>What a meter has told no sample of for so long is not looked at until it tells one, in nanoseconds.</summary>
    private const long IdleNs = 900_000_000_000;

    private readonly DelayCorrelator _correlator;
    private readonly bool? _onlyFrom;
    private readonly DirectionCorrelation _to;
    private readonly DirectionCorrelation _from;
    private readonly List<ObservedSamples?> _observations = [];

    internal FlowCorrelation(DelayCorrelator correlator, uint tag, bool? onlyFrom, long begunNs)
    {
        (_correlator, Tag, _onlyFrom) = (correlator, tag, onlyFrom);
        (_to, _from) = (new(this, isFrom: false, begunNs), new(this, isFrom: true, begunNs));
    }

    /// <summary>Whatever the flow's owner knows it by.</summary>
    public uint Tag { get; }

    public DelayStatistics To => _to.Results;

    public DelayStatistics From => _from.Results;

    /// <summary>Samples of that direction up to then are decided.</summary>
    public long DecidedNs(bool isFrom) => (isFrom ? _from : _to).DecidedNs;

    internal List<ObservedSamples?> Observations => _observations;

    internal int Waiting => _to.Waiting + _from.Waiting;

    /// <summary>It is among those that something waits of.</summary>
    internal bool IsActive { get; set; }

    /// <summary>A meter sees the flow.</summary>
    /// <param name="role">With the flow's own dest.</param>
    /// <param name="isReversed">The meter's source is the flow's dest.</param>
    public ObservedSamples Observe(SamplingMember member, EdgeRole role, bool isReversed)
    {
        var observed = new ObservedSamples(member, role, isReversed);
        Place(observed);
        return observed;
    }

    /// <summary>Adds what a package of the meter has that is new. Where it was only read again, nothing changes.</summary>
    /// <param name="samples">As the package has them.</param>
    public void Add(ObservedSamples seen, in SamplePackageHeader package, ReadOnlySpan<PacketSample> samples)
    {
        var fresh = seen.TakeNew(package.First, samples);
        if (seen.Place < 0 && !fresh.IsEmpty)
            Place(seen);
        foreach (ref readonly var sample in fresh)
        {
            var isFrom = sample.IsReverse != seen.IsReversed;
            seen.Levels(isFrom).Add(sample.TimeNs, sample.Level);
            if (seen.Role == EdgeRole.Other || isFrom == !_onlyFrom)
                continue;
            var direction = isFrom ? _from : _to;
            if (direction.IsTooLate(sample.TimeNs))
            {
                if (seen.IsEntry(isFrom))
                    direction.CountUnknown();
                continue;
            }
            var isTaken = _correlator.HasRoom && direction.TryAdd(sample, seen.Place, seen.IsEntry(isFrom), _correlator.Limits.MostOfDirection);
            seen.Taken(sample.TimeNs, isTaken);
            if (isTaken)
                _correlator.Added(this);
            else
                _correlator.Dropped(direction, seen.IsEntry(isFrom));
        }
        Present(seen, package.To, seen.IsReversed);
        Present(seen, package.From, !seen.IsReversed);
    }

    internal bool Decide(long reachedByAllNs, long latestNs, RoundStatistics round)
    {
        var windowNs = _correlator.Limits.WindowNs;
        var reachedNs = ReachedNs(reachedByAllNs);
        // Both, always.
        var isChanged = _to.Decide(windowNs, reachedNs, latestNs, round) | _from.Decide(windowNs, reachedNs, latestNs, round);
        ForgetObservations(Math.Max(latestNs, Math.Max(reachedNs, long.MinValue / 2) - 2 * windowNs) - 2 * windowNs);
        return isChanged;
    }

    private static void Present(ObservedSamples seen, SamplingLevel level, bool isFrom)
    {
        if (level.SinceNs != 0)
            seen.Levels(isFrom).Present(Math.Max(level.SinceNs, seen.LatestNs), level.Level);
    }

    /// <summary>Up to when all is known that the members saw where the flow comes in and goes out; as long as one of the ends is not known, any member may be it.</summary>
    private long ReachedNs(long reachedByAllNs)
    {
        var (reachedNs, isEntrySeen, isExitSeen) = (long.MaxValue, false, false);
        foreach (var seen in _observations)
        {
            if (seen is null || seen.Role == EdgeRole.Other)
                continue;
            reachedNs = Math.Min(reachedNs, seen.Member.ReachNs);
            isEntrySeen |= seen.Role == EdgeRole.Entry;
            isExitSeen |= seen.Role == EdgeRole.Exit;
        }
        return isEntrySeen && isExitSeen ? reachedNs : Math.Min(reachedNs, reachedByAllNs);
    }

    private void ForgetObservations(long beforeNs)
    {
        for (var i = 0; i < _observations.Count; i++)
        {
            if (_observations[i] is not { } seen)
                continue;
            seen.Forget(beforeNs);
            if (seen.LatestNs < beforeNs - IdleNs)
                (_observations[i], seen.Place) = (null, -1);
        }
    }

    private void Place(ObservedSamples seen)
    {
        seen.Place = _observations.IndexOf(null);
        if (seen.Place >= 0)
        {
            _observations[seen.Place] = seen;
            return;
        }
        seen.Place = _observations.Count;
        _observations.Add(seen);
    }
}
