using Rtfm.Model.Delay;

namespace Rtfm.Control.Delay;

/// <summary>A time in which a meter may have missed packets, both ends among it; nanoseconds since 1970, in the clock of its samples.</summary>
public readonly record struct SampleGap(long FromNs, long ToNs, GapReason Reason)
{
    public bool Overlaps(long fromNs, long toNs) => FromNs <= toNs && fromNs <= ToNs;
}
