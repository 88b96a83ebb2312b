using Rtfm.Model.Delay;

namespace Rtfm.Control.Delay;

/// <summary>A meter that takes samples: how far they are known, how right its clock is, when it may have missed packets.</summary>
public sealed class SamplingMember(int number)
{
    /// <summary>A meter tells its last 64 gaps.</summary>
    private const int MostGaps = 256;

    private readonly List<SampleGap> _gaps = [];

    public int Number { get; } = number;

    /// <summary>Its samples with earlier times are all known, but for gaps; in its clock.</summary>
    public long ReachNs { get; private set; } = long.MinValue;

    public long ClockErrorNs { get; private set; }

    /// <summary>All its samples up to a time were read, and added.</summary>
    /// <param name="reachNs">That time, in its clock.</param>
    /// <param name="gaps">All that it tells now; those it told before are known.</param>
    public void Read(long reachNs, long clockErrorNs, params ReadOnlySpan<SampleGap> gaps)
    {
        (ReachNs, ClockErrorNs) = (Math.Max(ReachNs, reachNs), Math.Max(0, clockErrorNs));
        foreach (var gap in gaps)
            Add(gap);
    }

    /// <summary>It was started anew: between what was read of its life before and what it tells now, samples are gone.</summary>
    /// <param name="startedNs">When it began to see packets again.</param>
    public void Restarted(long startedNs)
    {
        if (ReachNs != long.MinValue)
            Add(new(ReachNs, Math.Max(ReachNs, startedNs), GapReason.Started));
    }

    internal bool MissesAny(long fromNs, long toNs)
    {
        foreach (var gap in _gaps)
        {
            if (gap.Overlaps(fromNs, toNs))
                return true;
        }
        return false;
    }

    /// <summary>Times around a step of the clock are no times.</summary>
    internal bool StepsAt(long timeNs)
    {
        foreach (var gap in _gaps)
        {
            if (gap.Reason == GapReason.ClockStep && gap.Overlaps(timeNs, timeNs))
                return true;
        }
        return false;
    }

    private void Add(SampleGap gap)
    {
        // One that goes on is told again, longer.
        _gaps.RemoveAll(each => each.Reason == gap.Reason && each.FromNs >= gap.FromNs && each.ToNs <= gap.ToNs);
        if (_gaps.Count == MostGaps)
            _gaps.RemoveAt(0);
        _gaps.Add(gap);
    }
}
