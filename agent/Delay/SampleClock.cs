using System.Runtime.CompilerServices;
using Rtfm.Agent.Packets;
using Rtfm.Model.Delay;

namespace Rtfm.Agent.Delay;

/// <summary>The intervals that packets come in. Those of a batch are nearly all of one, which is divided for once.</summary>
/// <remarks>For one thread at a time.</remarks>
internal sealed class SampleClock(SampleSettings settings)
{
    private int _interval;

    public SampleSettings Settings { get; } = settings;

    /// <summary>When the interval began whose number was asked for last.</summary>
    public long BeganNs { get; private set; }

    /// <summary>In the samples' clock.</summary>
    public long TimeOf(in MatchKey packet) => unchecked(packet.TimeNs + Settings.ClockOffsetNs);

    /// <summary>The number of the interval, without its upper bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int IntervalOf(long timeNs)
    {
        if ((ulong)(timeNs - BeganNs) >= (ulong)Settings.IntervalNs)
            Divide(timeNs);
        return _interval;
    }

    /// <summary>True for a packet that is no sample, and not the first of an interval.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool PassesOver(SampleGate gate, in MatchKey packet) =>
        gate.Interval == IntervalOf(TimeOf(packet)) & !PacketSample.IsSelected(packet.Selection, gate.Level);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Divide(long timeNs)
    {
        var number = Math.DivRem(timeNs, Settings.IntervalNs, out var into);
        // Before 1970, too.
        if (into < 0)
            (number, into) = (number - 1, into + Settings.IntervalNs);
        BeganNs = timeNs - into;
        _interval = (int)(number & ((1L << SampleGate.IntervalBits) - 1));
    }
}
