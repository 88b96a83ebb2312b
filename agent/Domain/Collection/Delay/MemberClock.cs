using System.Linq;
using Rtfm.Control.Delay;
using Rtfm.Control.Reading;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Agent.Domain.Collection.Delay;

/// <summary>What a member says of its clock.</summary>
/// <param name="NowNs">Since 1970, in the clock of its samples.</param>
/// <param name="Uptime">At the same time.</param>
/// <param name="WindowNs">How long packets may take, as it is set there.</param>
internal readonly record struct MemberClock(long NowNs, uint Uptime, long ErrorNs, long? WindowNs)
{
    /// <summary>So long a packet may take from the interface into the flow table.</summary>
    private const long MeteringNs = 1_000_000_000;
    private const long NsPerHundredth = 10_000_000;

    /// <summary>Up to when all is known that the member sampled of flows that it had when it was looked at.</summary>
    /// <remarks>What was sampled since may be of flows that are not in the table yet.</remarks>
    public long ReachNs(MemberLook look) => NowNs - unchecked(Uptime - look.Uptime) * NsPerHundredth - MeteringNs;

    /// <returns>Null: it has no RTFM-DELAY-MIB.</returns>
    public static async Task<MemberClock?> ReadAsync(IMeterSession session, CancellationToken cancellationToken)
    {
        var values = await session
            .GetAsync(
                [
                    Scalar(DelayMib.Clock, DelayMib.ClockObject.Now),
                    MeterMib.SysUpTime,
                    Scalar(DelayMib.Clock, DelayMib.ClockObject.MaximumError),
                    Scalar(DelayMib.Control, DelayMib.ControlObject.Window),
                ],
                cancellationToken
            )
            .ConfigureAwait(false);
        if (values[0].Tag != BerTag.Counter64 || values[2].Tag != BerTag.Counter64)
            return null;
        return new(Ns(values[0]), (uint)values[1].Number, Ns(values[2]), values[3].IsException ? null : (long)(uint)values[3].Number * 1_000_000);
    }

    /// <summary>When the member may have missed packets.</summary>
    public static async Task<SampleGap[]> GapsAsync(IMeterSession session, CancellationToken cancellationToken)
    {
        var from = await ColumnAsync(DelayMib.GapColumn.From).ConfigureAwait(false);
        var to = await ColumnAsync(DelayMib.GapColumn.To).ConfigureAwait(false);
        var reasons = await ColumnAsync(DelayMib.GapColumn.Reason).ConfigureAwait(false);
        return
        [
            .. from.Where(row => to.ContainsKey(row.Key) && reasons.ContainsKey(row.Key))
                .Select(row => new SampleGap(Ns(row.Value), Ns(to[row.Key]), (GapReason)reasons[row.Key].Number)),
        ];

        Task<SortedDictionary<uint, SnmpValue>> ColumnAsync(uint column) =>
            ColumnWalk.ReadAsync(session, new([.. DelayMib.GapEntry, column]), cancellationToken);
    }

    /// <summary>Tells that all samples of a member up to a time are known.</summary>
    /// <param name="isNewLife">It was started since the last reading.</param>
    public static void Tell(SamplingMember member, bool isNewLife, long reachNs, long clockErrorNs, ReadOnlySpan<SampleGap> gaps)
    {
        if (isNewLife)
            member.Restarted(StartOf(gaps) ?? reachNs);
        member.Read(reachNs, clockErrorNs, gaps);
    }

    /// <summary>When the member began to see packets, as it tells itself.</summary>
    private static long? StartOf(ReadOnlySpan<SampleGap> gaps)
    {
        long? start = null;
        foreach (var gap in gaps)
        {
            if (gap.Reason == GapReason.Started)
                start = Math.Max(start ?? gap.ToNs, gap.ToNs);
        }
        return start;
    }

    private static long Ns(SnmpValue value) => (long)Math.Min(value.Number, long.MaxValue / 2);

    private static ObjectIdentifier Scalar(ReadOnlySpan<uint> group, uint number) => new([.. group, number, 0]);
}
