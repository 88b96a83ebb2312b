using Rtfm.Model.Delay;

namespace Rtfm.Control.Delay;

/// <summary>Pairs the samples of one direction of a flow: of a packet that was seen coming in and going out the difference is its delay; what did not go out is lost.</summary>
/// <remarks>
/// <para>All that may decide a sample lies within two windows of it: whether its key came in again (then what goes out could be either's), and within one, whether it went out. So a sample is decided
/// once all members of the flow are read that far, and kept for two windows more, since it may repeat a later one. What is decided depends on the samples alone: not on how readings cut them.</para>
/// <para>A packet that is missing could have gone out at any of the exits. It is lost only if each of them would have sampled it (under every level that may have been in force there
/// in the window, or, where levels changed, in that part of it when packets went out that came in around the same time) and none may have missed it. The same asks for those that arrived, or else fewer of the lost than of
/// the others would be counted.</para>
/// </remarks>
/// <param name="begunNs">Samples up to then were decided elsewhere: here they only tell whether later ones repeat.</param>
internal sealed class DirectionCorrelation(FlowCorrelation flow, bool isFrom, long begunNs)
{
    private const int FewSamples = 8;

    private WaitingSample[] _waiting = [];
    private readonly long _begunNs = begunNs;
    private long _decidedNs = begunNs;
    private long? _lastDelayNs;
    private DelayStatistics _results;

    public ref readonly DelayStatistics Results => ref _results;

    public int Waiting { get; private set; }

    /// <summary>Whatever it could have been paired with was decided without it.</summary>
    public bool IsTooLate(long timeNs) => timeNs <= _decidedNs && timeNs > _begunNs;

    /// <summary>Samples up to then are decided.</summary>
    public long DecidedNs => _decidedNs;

    /// <returns>False where there is no room.</returns>
    public bool TryAdd(in PacketSample sample, int observation, bool isEntry, int most)
    {
        if (Waiting >= most)
            return false;
        if (Waiting == _waiting.Length)
            Array.Resize(ref _waiting, Math.Max(FewSamples, Waiting * 2));
        _waiting[Waiting++] = new(sample.Key, sample.TimeNs, observation, isEntry);
        return true;
    }

    public void CountUnknown() => _results = _results with { Unknown = _results.Unknown + 1 };

    /// <summary>Decides what can be.</summary>
    /// <param name="reachedNs">Up to when the samples of every member are known that could have seen the flow.</param>
    /// <param name="latestNs">What came up to then is decided, whoever is not read that far.</param>
    /// <returns>True where the results changed.</returns>
    public bool Decide(long windowNs, long reachedNs, long latestNs, RoundStatistics round)
    {
        var until = Math.Max(latestNs, Math.Max(reachedNs, long.MinValue / 2) - 2 * windowNs);
        if (until <= _decidedNs || Waiting == 0)
            return false;
        var before = _results;
        var waiting = _waiting.AsSpan(0, Waiting);
        waiting.Sort();
        round.Nearby.Begin(windowNs);
        var clockErrorNs = 0L;
        for (int first = 0, end; first < waiting.Length; first = end)
        {
            for (end = first + 1; end < waiting.Length && waiting[end].Key == waiting[first].Key; )
                end++;
            DecideKey(waiting[first..end], until, windowNs, round, ref clockErrorNs);
        }
        _results = round.Finish(_results, clockErrorNs, ref _lastDelayNs);
        _decidedNs = until;
        Forget(until - 2 * windowNs);
        return _results != before;
    }

    /// <param name="same">All samples of one key, by time.</param>
    private void DecideKey(ReadOnlySpan<WaitingSample> same, long until, long windowNs, RoundStatistics round, ref long clockErrorNs)
    {
        // Entry before and behind where we are; the first sample that can still go out.
        var (previous, next, exit) = (-1, -1, 0);
        for (var at = 0; at < same.Length; at++)
        {
            if (next <= at)
                next = NextEntry(same, at);
            ref readonly var sample = ref same[at];
            if (sample.TimeNs > until)
                break;
            if (!sample.IsEntry)
            {
                if (sample.TimeNs > _decidedNs && !IsNear(same, previous, sample, windowNs) && !IsNear(same, next, sample, windowNs))
                    CountUnpaired(sample, windowNs);
                continue;
            }
            // The same packet, told twice: by two versions of a rule set.
            if (previous >= 0 && same[previous].TimeNs == sample.TimeNs && IsSameMember(same[previous], sample))
                continue;
            if (sample.TimeNs > _decidedNs)
            {
                if (IsNear(same, previous, sample, 2 * windowNs) || next >= 0 && IsRepeatedBy(same, next, sample, windowNs))
                    _results = _results with { Repeated = _results.Repeated + 1 };
                else
                    DecideEntry(sample, same[FirstExit(same, sample.TimeNs - windowNs, ref exit)..], windowNs, round, ref clockErrorNs);
            }
            previous = at;
        }
    }

    private bool IsRepeatedBy(ReadOnlySpan<WaitingSample> same, int next, in WaitingSample sample, long windowNs)
    {
        for (; next >= 0 && same[next].TimeNs - sample.TimeNs <= 2 * windowNs; next = NextEntry(same, next))
        {
            if (same[next].TimeNs != sample.TimeNs || !IsSameMember(same[next], sample))
                return true;
        }
        return false;
    }

    private static int NextEntry(ReadOnlySpan<WaitingSample> same, int at)
    {
        for (at++; at < same.Length; at++)
        {
            if (same[at].IsEntry)
                return at;
        }
        return -1;
    }

    private static bool IsNear(ReadOnlySpan<WaitingSample> same, int at, in WaitingSample sample, long distanceNs) =>
        at >= 0 && Math.Abs(same[at].TimeNs - sample.TimeNs) <= distanceNs;

    private bool IsSameMember(in WaitingSample left, in WaitingSample right) =>
        flow.Observations[left.Observation]!.Member == flow.Observations[right.Observation]!.Member;

    /// <summary>The first sample of an exit at or after a time; times that are asked for one after the other never go back.</summary>
    internal static int FirstExit(ReadOnlySpan<WaitingSample> same, long fromNs, ref int at)
    {
        while (at < same.Length && (same[at].IsEntry || same[at].TimeNs < fromNs))
            at++;
        return at;
    }

    /// <param name="exits">What went out with this key, the first of it in front: what follows was made on the way.</param>
    private void DecideEntry(in WaitingSample entry, ReadOnlySpan<WaitingSample> exits, long windowNs, RoundStatistics round, ref long clockErrorNs)
    {
        var end = entry.TimeNs + windowNs;
        var isArrived = !exits.IsEmpty && exits[0].TimeNs <= end;
        var member = flow.Observations[entry.Observation]!.Member;
        var isKnown = !member.StepsAt(entry.TimeNs);
        var isExpected = CanBeJudged(entry, isArrived ? exits[0] : null, windowNs, round.Nearby, out var isSampled) && isKnown;
        if (!isArrived)
        {
            // What some exit did not take as a sample, nobody misses.
            if (isSampled)
                Count(lost: isExpected);
            return;
        }
        var exitMember = flow.Observations[exits[0].Observation]!.Member;
        if (!isKnown || exitMember.StepsAt(exits[0].TimeNs))
        {
            CountUnknown();
            return;
        }
        if (isExpected)
            _results = _results with { Expected = _results.Expected + 1 };
        var delay = exits[0].TimeNs - entry.TimeNs;
        var error = member.ClockErrorNs + exitMember.ClockErrorNs;
        if (delay < -error)
        {
            _results = _results with { Negative = _results.Negative + 1 };
            return;
        }
        clockErrorNs = Math.Max(clockErrorNs, error);
        round.Add(entry.TimeNs, delay);
        _results = _results with { Paired = _results.Paired + 1 };
    }

    private void Count(bool lost)
    {
        if (lost)
            _results = _results with { Expected = _results.Expected + 1, Lost = _results.Lost + 1 };
        else
            CountUnknown();
    }

    private void CountUnpaired(in WaitingSample exit, long windowNs)
    {
        if (CanBeJudged(exit, null, windowNs, null, out _))
            _results = _results with { Unpaired = _results.Unpaired + 1 };
    }

    /// <summary>Whether a packet that came in (went out) is sure to be known from wherever it could have gone out (come in).</summary>
    /// <param name="exit">The same packet where it went out, if it did.</param>
    /// <param name="nearby">Of a packet that came in: when others went out.</param>
    /// <param name="isSampled">All of them would have taken it as a sample, as far as their levels tell.</param>
    private bool CanBeJudged(in WaitingSample sample, WaitingSample? exit, long windowNs, NearbyDelays? nearby, out bool isSampled)
    {
        var errorNs = flow.Observations[sample.Observation]!.Member.ClockErrorNs;
        var (coarsest, isAny, isMissed) = ((byte)0, false, false);
        foreach (var seen in flow.Observations)
        {
            if (seen is null || !(sample.IsEntry ? seen.IsExit(isFrom) : seen.IsEntry(isFrom)))
                continue;
            isAny = true;
            // By their clocks it may have gone out before it came in.
            var aheadNs = Math.Min(errorNs + seen.Member.ClockErrorNs, windowNs);
            var fromNs = sample.TimeNs - (sample.IsEntry ? aheadNs : windowNs);
            var toNs = sample.TimeNs + (sample.IsEntry ? windowNs : aheadNs);
            coarsest = Math.Max(coarsest, seen.Levels(isFrom).Coarsest(fromNs, toNs, OwnAt(seen, exit)));
            isMissed |= seen.Member.ReachNs < toNs || seen.MissesAny(fromNs, toNs);
        }
        isSampled =
            PacketSample.IsSelected(sample.Selection, coarsest) || isAny && nearby is not null && IsSampledNearby(sample, exit, windowNs, nearby);
        return isAny && isSampled && !isMissed;
    }

    /// <summary>Whether all exits would have taken a packet as a sample that takes about as long as others.</summary>
    private bool IsSampledNearby(in WaitingSample entry, WaitingSample? exit, long windowNs, NearbyDelays nearby)
    {
        if (!nearby.TryTell(entry, _waiting.AsSpan(0, Waiting), out var fromNs, out var toNs))
            return false;
        (fromNs, toNs) = (Math.Max(fromNs, entry.TimeNs - windowNs), Math.Min(toNs, entry.TimeNs + windowNs));
        var coarsest = (byte)0;
        foreach (var seen in flow.Observations)
        {
            if (seen is not null && seen.IsExit(isFrom))
                coarsest = Math.Max(coarsest, seen.Levels(isFrom).Coarsest(fromNs, toNs, OwnAt(seen, exit)));
        }
        return PacketSample.IsSelected(entry.Selection, coarsest);
    }

    private static long? OwnAt(ObservedSamples seen, WaitingSample? exit) => exit?.Observation == seen.Place ? exit?.TimeNs : null;

    private void Forget(long beforeNs)
    {
        var kept = 0;
        for (var i = 0; i < Waiting; i++)
        {
            if (_waiting[i].TimeNs >= beforeNs)
                _waiting[kept++] = _waiting[i];
        }
        Waiting = kept;
        // A flow that was busy once, and is not now.
        if (_waiting.Length > 8 * FewSamples && kept < _waiting.Length / 8)
            Array.Resize(ref _waiting, Math.Max(FewSamples, kept * 2));
    }
}
