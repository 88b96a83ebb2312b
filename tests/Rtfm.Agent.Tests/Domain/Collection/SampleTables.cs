using Rtfm.Model;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Tests.Domain.Collection;

/// <summary>The tables of RTFM-DELAY-MIB with samples that a test chose, so that their times and levels are known to the nanosecond.</summary>
internal sealed class SampleTables(int ruleSet, Func<Uptime> now, Func<long> nowNs) : IMibProvider
{
    private static readonly uint[] Column = [.. DelayMib.PackageEntry, DelayMib.PackageColumn.Data];

    private readonly SortedList<uint, List<(Uptime At, PacketSample Sample)>> _samples = [];
    private readonly Dictionary<uint, Uptime> _firstTimes = [];
    private readonly List<(long From, long To, GapReason Reason)> _gaps = [];
    private readonly byte[] _package = new byte[SamplePackage.Longest];

    public ObjectIdentifier Root { get; } = new(DelayMib.PackageEntry[..^1]);

    /// <summary>How many samples of a flow are kept.</summary>
    public int RingLength { get; set; } = 16;

    public ulong ErrorNs { get; set; }

    /// <summary>Milliseconds; null: the meter does not tell.</summary>
    public ulong Window { get; set; } = 5_000;

    /// <summary>How often packages were asked for.</summary>
    public int Requests { get; private set; }

    public IEnumerable<IMibProvider> Providers =>
        [
            this,
            ReadOnlyTable
                .Scalars(DelayMib.Clock, () => new object())
                .Counter64(DelayMib.ClockObject.MaximumError, "rtfmDelayClockMaximumError", _ => ErrorNs)
                .Counter64(DelayMib.ClockObject.Now, "rtfmDelayClockNow", _ => (ulong)nowNs()),
            ReadOnlyTable.Scalars(DelayMib.Control, () => new object()).Gauge32(DelayMib.ControlObject.Window, "rtfmDelayWindow", _ => Window),
            ReadOnlyTable
                .Of(
                    DelayMib.GapEntry,
                    () => new RowSnapshot<(long From, long To, GapReason Reason)>(_gaps.Select((each, i) => ((uint[])[(uint)i + 1], each)))
                )
                .Counter64(DelayMib.GapColumn.From, "rtfmDelayGapFrom", row => (ulong)row.From)
                .Counter64(DelayMib.GapColumn.To, "rtfmDelayGapTo", row => (ulong)row.To)
                .Integer(DelayMib.GapColumn.Reason, "rtfmDelayGapReason", row => (int)row.Reason),
        ];

    public void Add(uint flow, Uptime firstTime, in PacketSample sample)
    {
        if (!_samples.TryGetValue(flow, out var samples))
            _samples[flow] = samples = [];
        _firstTimes[flow] = firstTime;
        samples.Add((now(), sample));
    }

    public void AddGap(long fromNs, long toNs, GapReason reason) => _gaps.Add((fromNs, toNs, reason));

    public GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response) => GetOutcome.NoSuchInstance;

    public bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response)
    {
        if (!after.StartsWith(Column) || after.Length < Column.Length + 2 || after[Column.Length] != (uint)ruleSet)
            return false;
        Requests++;
        var since = new Uptime(after[Column.Length + 1]);
        var flow = after.Length > Column.Length + 2 ? after[Column.Length + 2] : 0;
        foreach (var (index, samples) in _samples)
        {
            var kept = samples.TakeLast(RingLength).Where(each => each.At.Hundredths >= since.Hundredths).Select(each => each.Sample).ToArray();
            if (index <= flow || kept.Length == 0)
                continue;
            var first = (uint)(samples.Count - kept.Length + 1);
            var length = SamplePackage.Write(new(_firstTimes[index], first, kept.Length, default, default), kept, _package);
            response.OctetString([.. Column, (uint)ruleSet, since.Hundredths, index], _package.AsSpan(0, length));
            return true;
        }
        return false;
    }
}
