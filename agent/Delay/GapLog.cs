using Rtfm.Model.Delay;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Delay;

/// <summary>A time in which the meter may have missed packets, or timed them wrongly: a packet that is not among its samples then was not lost, but is unknown.</summary>
/// <param name="FromNs">Nanoseconds since 1970, in the samples' clock; 0: whatever was before.</param>
internal sealed record Gap(long FromNs, long ToNs, GapReason Reason);

/// <summary>The latest gaps (rtfmDelayGapTable). Told by whoever notices, read by any.</summary>
/// <param name="clockOffsetNs">What is added to packets' times.</param>
internal sealed class GapLog(TimeProvider clock, long clockOffsetNs)
{
    /// <summary>Gaps that are kept.</summary>
    public const int Most = 64;

    /// <summary>A gap of the same reason that begins so soon goes on: of a loss that lasts, one is kept and not one each second.</summary>
    private const long SoonNs = 2_000_000_000;

    private readonly Lock _gate = new();
    private uint _number;
    private volatile SortedRows<Gap> _gaps = SortedRows<Gap>.Empty;

    /// <summary>By number, which never comes again.</summary>
    public SortedRows<Gap> All => _gaps;

    /// <summary>Nanoseconds since 1970, in the samples' clock.</summary>
    public long NowNs => (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100 + clockOffsetNs;

    /// <summary>Before now nothing is known.</summary>
    public void Began() => Add(new(0, NowNs, GapReason.Started));

    /// <summary>An interface is captured at from now on.</summary>
    /// <param name="endedNs">When that was seen to have ended before; null: it is the first time, and before now nothing is known.</param>
    public void CaptureBegan(long? endedNs)
    {
        // The end is seen some time after it came.
        const long MarginNs = 1_000_000_000;
        if (endedNs is { } ended)
            Add(new(ended - MarginNs, NowNs, GapReason.CaptureLoss));
        else
            Began();
    }

    public void Add(Gap gap)
    {
        lock (_gate)
        {
            if (_gaps.Find(_number) is { } latest && latest.Reason == gap.Reason && gap.FromNs <= latest.ToNs + SoonNs)
            {
                _gaps = _gaps.With(_number, latest with { FromNs = Math.Min(latest.FromNs, gap.FromNs), ToNs = Math.Max(latest.ToNs, gap.ToNs) });
                return;
            }
            var gaps = _gaps.With(++_number, gap);
            _gaps = gaps.Count > Most ? gaps.Without(_number - Most) : gaps;
        }
    }
}
