using Rtfm.Model.Delay;

namespace Rtfm.Control.Delay;

/// <summary>What one meter sampled of a flow, as far as it was read: where in the domain that is, which numbers are missing, which levels were in force.</summary>
public sealed class ObservedSamples
{
    private readonly List<(long FromNs, long ToNs)> _missing = [];
    private long _latestNs = long.MinValue;
    private uint _next = 1;
    private bool _isDropping;

    internal ObservedSamples(SamplingMember member, EdgeRole role, bool isReversed) => (Member, Role, IsReversed) = (member, role, isReversed);

    public SamplingMember Member { get; }

    /// <summary>As of the flow's direction to its dest.</summary>
    public EdgeRole Role { get; }

    /// <summary>The meter's source is the flow's dest.</summary>
    internal bool IsReversed { get; }

    /// <summary>Among those of the flow; -1: it is not among them.</summary>
    internal int Place { get; set; } = -1;

    internal LevelHistory To { get; } = new();

    internal LevelHistory From { get; } = new();

    /// <summary>The latest time of a sample.</summary>
    internal long LatestNs => _latestNs;

    internal LevelHistory Levels(bool isFrom) => isFrom ? From : To;

    /// <summary>Packets of that direction come into the domain here.</summary>
    internal bool IsEntry(bool isFrom) => Role == (isFrom ? EdgeRole.Exit : EdgeRole.Entry);

    internal bool IsExit(bool isFrom) => Role == (isFrom ? EdgeRole.Entry : EdgeRole.Exit);

    /// <summary>Which of a package's samples are new; notes what is missing before them.</summary>
    internal ReadOnlySpan<PacketSample> TakeNew(uint first, ReadOnlySpan<PacketSample> samples)
    {
        var behind = unchecked((int)(_next - first));
        if (behind >= samples.Length && behind > 0)
            return [];
        var fresh = samples[Math.Max(0, behind)..];
        // Where nothing follows what is missing, it was before what comes next.
        if (fresh.IsEmpty)
            return fresh;
        if (behind < 0)
        {
            _missing.Add((_latestNs, fresh[0].TimeNs));
            _isDropping = false;
        }
        _next = unchecked(first + (uint)samples.Length);
        foreach (ref readonly var sample in fresh)
            _latestNs = Math.Max(_latestNs, sample.TimeNs);
        return fresh;
    }

    /// <summary>Whether a sample is taken; where too many wait, it is missing as if it had been overwritten.</summary>
    internal void Taken(long timeNs, bool isTaken)
    {
        if (!isTaken && _isDropping)
            _missing[^1] = (Math.Min(_missing[^1].FromNs, timeNs), Math.Max(_missing[^1].ToNs, timeNs));
        else if (!isTaken)
            _missing.Add((timeNs, timeNs));
        _isDropping = !isTaken;
    }

    internal bool MissesAny(long fromNs, long toNs)
    {
        foreach (var (from, to) in _missing)
        {
            if (from <= toNs && fromNs <= to)
                return true;
        }
        return Member.MissesAny(fromNs, toNs);
    }

    /// <summary>Times before are asked for no more.</summary>
    internal void Forget(long beforeNs)
    {
        var gone = 0;
        while (gone < _missing.Count && _missing[gone].ToNs < beforeNs)
            gone++;
        _missing.RemoveRange(0, gone);
        _isDropping &= _missing.Count > 0;
        To.Forget(beforeNs);
        From.Forget(beforeNs);
    }
}

/// <summary>Where in the domain a meter saw a flow.</summary>
public enum EdgeRole
{
    /// <summary>It is not known, or within: nothing is paired there.</summary>
    Other,

    /// <summary>Packets to the flow's dest come into the domain there, and those back go out.</summary>
    Entry,

    /// <summary>The other way round.</summary>
    Exit,
}
