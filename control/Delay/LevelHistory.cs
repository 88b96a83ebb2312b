namespace Rtfm.Control.Delay;

/// <summary>Which levels one direction of a flow was sampled with at a meter, as its samples tell.</summary>
/// <remarks>Between two samples either level may have been in force: so runs of equal levels are kept, with the time of their first and last sample.</remarks>
internal sealed class LevelHistory
{
    private Run[] _runs = new Run[2];
    private int _count;

    /// <param name="FirstSampleNs">Later than the first time where that is only known from what was in force behind a sample.</param>
    private record struct Run(long FirstNs, long FirstSampleNs, long LastNs, byte Level);

    /// <summary>A sample was taken at a level; times come in order, or nearly so.</summary>
    public void Add(long timeNs, byte level)
    {
        if (_count > 0 && _runs[_count - 1] is var last && (last.Level == level || timeNs < last.FirstNs))
        {
            _runs[_count - 1] = last with
            {
                FirstSampleNs = Math.Min(last.FirstSampleNs, timeNs),
                LastNs = Math.Max(last.LastNs, timeNs),
                Level = Math.Max(last.Level, level),
            };
            return;
        }
        Append(new(timeNs, timeNs, timeNs, level));
    }

    /// <summary>A level is in force behind the last sample. A finer one does not count before a sample shows it: who reads later knows no more, either.</summary>
    public void Present(long timeNs, byte level)
    {
        if (_count == 0 || level > _runs[_count - 1].Level)
            Append(new(timeNs, long.MaxValue, timeNs, level));
    }

    /// <summary>The coarsest level that may have been in force at some time of these: what it selects, was sampled.</summary>
    /// <remarks>A sample says which was the coarsest level since the one before it, however long that is ago.</remarks>
    /// <param name="ownNs">When the sample was taken that it is asked for, if it was: where it made the level go up, and no other followed in that time, this does not count. Had it not come, the level had not gone up.</param>
    /// <returns>0 where nothing is known.</returns>
    public byte Coarsest(long fromNs, long toNs, long? ownNs = null)
    {
        var coarsest = (byte)0;
        var i = _count - 1;
        while (i >= 0 && _runs[i].FirstNs > toNs)
            i--;
        if (i > 0 && IsDueTo(ownNs, i, toNs))
            i--;
        // The level went over to the next one somewhere behind the last sample of a run.
        else if (i + 1 < _count && (i < 0 || _runs[i].LastNs <= toNs) && !IsDueTo(ownNs, i + 1, toNs))
            coarsest = _runs[i + 1].Level;
        for (; i >= 0; i--)
        {
            coarsest = Math.Max(coarsest, _runs[i].Level);
            if (_runs[i].FirstNs <= fromNs)
                break;
        }
        return coarsest;
    }

    private bool IsDueTo(long? ownNs, int run, long toNs) =>
        run > 0 && _runs[run - 1].LastNs == ownNs && _runs[run].Level > _runs[run - 1].Level && _runs[run].FirstSampleNs > toNs;

    private void Append(in Run run)
    {
        if (_count == _runs.Length)
            Array.Resize(ref _runs, _count * 2);
        _runs[_count++] = run;
    }

    /// <summary>Times before are asked for no more.</summary>
    public void Forget(long beforeNs)
    {
        var gone = 0;
        while (gone + 1 < _count && _runs[gone + 1].FirstNs < beforeNs)
            gone++;
        if (gone == 0)
            return;
        _runs.AsSpan(gone, _count - gone).CopyTo(_runs);
        _count -= gone;
    }
}
