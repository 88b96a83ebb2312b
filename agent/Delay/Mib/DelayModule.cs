using System.Globalization;
using Rtfm.Agent.Delay.Hashing;
using Rtfm.Agent.Metering;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Delay.Mib;

/// <summary>RTFM-DELAY-MIB: how samples are taken, how right the clock is, when packets were missed, and the samples.</summary>
internal sealed class DelayModule
{
    private readonly TrafficMeter _meter;
    private readonly ControlPlane<MeterConfiguration> _plane;

    public DelayModule(TrafficMeter meter, DelayWatch watch)
    {
        _meter = meter;
        _plane = new(meter);
        DeclareControl();
        DeclareClock(() => watch.Clock);
        _plane
            .Table(DelayMib.GapEntry, new SingleIndexRows<MeterConfiguration, Gap>(_ => meter.Gaps.All))
            .ReadOnly(DelayMib.GapColumn.From, "rtfmDelayGapFrom", Smi.Counter64, gap => Positive(gap.FromNs))
            .ReadOnly(DelayMib.GapColumn.To, "rtfmDelayGapTo", Smi.Counter64, gap => Positive(gap.ToNs))
            .ReadOnly(DelayMib.GapColumn.Reason, "rtfmDelayGapReason", Smi.Integer32, gap => (int)gap.Reason);
    }

    public IEnumerable<IMibProvider> Providers =>
        [.. _plane.Objects, new SampleTable(new SampledFlows(_meter)), new SamplePackageTable(new SampledFlows(_meter))];

    private void DeclareControl()
    {
        Setting(
            DelayMib.ControlObject.Interval,
            (DelayControl.ShortestIntervalMs, SampleSettings.LongestIntervalMs),
            control => (uint)control.IntervalMs,
            (control, value) => control with { IntervalMs = (int)value }
        );
        Setting(
            DelayMib.ControlObject.Window,
            (1, DelayControl.LongestWindowMs),
            control => (uint)control.WindowMs,
            (control, value) => control with { WindowMs = (int)value }
        );
        _plane.ReadWrite(
            Scalar(DelayMib.Control, DelayMib.ControlObject.HashFunction),
            Smi.Range((int)HashFunction.Bob, (int)HashFunction.Crc),
            state => (int)_meter.DelayOf(state).HashFunction,
            (state, value) => state with { Delay = _meter.DelayOf(state) with { HashFunction = (HashFunction)value } }
        );
        Setting(DelayMib.ControlObject.Seed, (0, uint.MaxValue), control => control.Seed, (control, value) => control with { Seed = value });
        Setting(
            DelayMib.ControlObject.PayloadOctets,
            (0, KeySettings.MostPayloadOctets),
            control => (uint)control.PayloadOctets,
            (control, value) => control with { PayloadOctets = (int)value }
        );
        Setting(
            DelayMib.ControlObject.RingLength,
            (DelayControl.ShortestRing, SamplePackage.MostSamples),
            control => (uint)control.RingLength,
            (control, value) => control with { RingLength = (int)value }
        );
        _plane.ReadOnly(Scalar(DelayMib.Control, DelayMib.ControlObject.ClockOffset), Smi.Utf8(20), _ => Text(_meter.ClockOffsetNs));
    }

    private void DeclareClock(Func<WatchedClock> clock)
    {
        _plane.ReadOnly(Scalar(DelayMib.Clock, DelayMib.ClockObject.IsSynchronized), Smi.TruthValue, _ => clock().State.IsSynchronized);
        _plane.ReadOnly(Scalar(DelayMib.Clock, DelayMib.ClockObject.SynchronizedBy), Smi.Integer32, _ => (int)clock().By);
        _plane.ReadOnly(Scalar(DelayMib.Clock, DelayMib.ClockObject.EstimatedError), Smi.Counter64, _ => clock().State.EstimatedErrorNs);
        _plane.ReadOnly(Scalar(DelayMib.Clock, DelayMib.ClockObject.MaximumError), Smi.Counter64, _ => clock().State.MaximumErrorNs);
        _plane.ReadOnly(Scalar(DelayMib.Clock, DelayMib.ClockObject.LastStepTime), Smi.Counter64, _ => Positive(clock().LastStepAtNs));
        _plane.ReadOnly(Scalar(DelayMib.Clock, DelayMib.ClockObject.LastStep), Smi.Utf8(20), _ => Text(clock().LastStepNs));
        _plane.ReadOnly(Scalar(DelayMib.Clock, DelayMib.ClockObject.Steps), Smi.Counter32, _ => clock().Steps);
        _plane.ReadOnly(Scalar(DelayMib.Clock, DelayMib.ClockObject.Now), Smi.Counter64, _ => Positive(_meter.Gaps.NowNs));
    }

    private void Setting(uint number, (uint Lowest, uint Highest) range, Func<DelayControl, uint> get, Func<DelayControl, uint, DelayControl> set) =>
        _plane.ReadWrite(
            Scalar(DelayMib.Control, number),
            Smi.Gauge32,
            state => get(_meter.DelayOf(state)),
            (state, value) => state with { Delay = set(_meter.DelayOf(state), value) },
            (_, value) => value >= range.Lowest && value <= range.Highest ? ErrorStatus.NoError : ErrorStatus.WrongValue
        );

    private static uint[] Scalar(ReadOnlySpan<uint> group, uint number) => [.. group, number, 0];

    private static ulong Positive(long ns) => (ulong)Math.Max(ns, 0);

    private static string Text(long ns) => ns.ToString(CultureInfo.InvariantCulture);
}
