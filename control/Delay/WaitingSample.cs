namespace Rtfm.Control.Delay;

/// <summary>A sample that waits for its partner, in 24 octets. In the order of keys, then of times, so that what belongs together lies together.</summary>
internal readonly record struct WaitingSample(ulong Key, long TimeNs, int Observation, bool IsEntry) : IComparable<WaitingSample>
{
    public uint Selection => (uint)(Key >> 32);

    public int CompareTo(WaitingSample other)
    {
        if (Key != other.Key)
            return Key < other.Key ? -1 : 1;
        if (TimeNs != other.TimeNs)
            return TimeNs < other.TimeNs ? -1 : 1;
        // The rest makes the order the same, however the samples came.
        return IsEntry != other.IsEntry ? (IsEntry ? -1 : 1) : Observation.CompareTo(other.Observation);
    }
}
