using System.Collections.Immutable;
using System.Linq;
using Rtfm.Control.Delay;
using Rtfm.Control.Reading;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Agent.Domain.Collection.Delay;

/// <summary>Brings what members sampled into the table: each round what is new since the last good reading of the member.</summary>
/// <remarks>
/// Samples are numbered, so what is read twice counts once: members tell also of what came a little before the time they are asked about, since a packet may be counted some time after it came; for the same
/// reason a reading reaches a little less far than it ended.
/// </remarks>
internal sealed class DelayCollection(AggregatedFlows flows, ICollectedDomain domain)
{
    private const int SamplesPerLargeAnswer = 200;
    private const int SamplesPerDatagram = 50;
    private const int RequestsInFlight = 2;

    /// <summary>So long a packet may take from the interface into the flow table.</summary>
    private const long MeteringNs = 1_000_000_000;
    private const long NsPerHundredth = 10_000_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, Progress> _progress = [];

    /// <param name="Uptime">The member's, when the latest reading began.</param>
    /// <param name="RuleSets">Numbers that the rule sets have there which were read.</param>
    private sealed record Progress(Snmp.Configuration.EngineId Id, uint Boots, uint Uptime, ImmutableHashSet<uint> RuleSets);

    /// <summary>The clock of a member, and how long its domain waits for packets.</summary>
    private readonly record struct Clock(long NowNs, uint Uptime, long ErrorNs, long? WindowNs);

    /// <summary>Forgets how far members were read: the table is another.</summary>
    public void Forget()
    {
        lock (_gate)
            _progress.Clear();
    }

    public void KeepOnly(Func<int, bool> isMember)
    {
        lock (_gate)
        {
            foreach (var number in _progress.Keys.Where(each => !isMember(each)).ToList())
                _progress.Remove(number);
        }
    }

    /// <summary>Reads a member's samples; its flows are in the table. Does nothing where no rule set saves samples or the member takes none.</summary>
    public async Task ReadAsync(IMeterSession session, CollectedMember member, MemberLook look, CancellationToken cancellationToken)
    {
        var sampled = look.RuleSets.Where(each => each.RuleSet.SavesSamples).ToList();
        if (!domain.RuleSets.Any(each => each.SavesSamples))
            return;
        if (await ClockAsync(session, cancellationToken).ConfigureAwait(false) is not { } clock)
            return;
        var gaps = await GapsAsync(session, cancellationToken).ConfigureAwait(false);
        Progress? before;
        lock (_gate)
            before = _progress.GetValueOrDefault(member.Number);
        var isSameLife = before is not null && before.Id == member.Id && before.Boots == look.Boots;
        var spools = new List<(CollectedRuleSet RuleSet, PackageSpool Spool)>();
        try
        {
            foreach (var (ruleSet, local) in sampled)
            {
                var spool = new PackageSpool((int)local, []);
                spools.Add((ruleSet, spool));
                var since = isSameLife && before!.RuleSets.Contains(local) ? before.Uptime : 0;
                var prefix = new ObjectIdentifier([.. DelayMib.PackageEntry, DelayMib.PackageColumn.Data, local, since]);
                var perRequest = session.TakesLargeAnswers ? SamplesPerLargeAnswer : SamplesPerDatagram;
                await PackageReading.ReadAsync(session, prefix, perRequest, RequestsInFlight, spool, cancellationToken).ConfigureAwait(false);
            }
            var boots = await session.GetAsync([MeterMib.EngineBoots], cancellationToken).ConfigureAwait(false);
            if (boots[0].Number != look.Boots)
                throw new CollectionException($"{session.Name}: it was restarted while its samples were read");
            foreach (var (ruleSet, spool) in spools)
            {
                if (flows.AddSamples(ruleSet, member.Number, look.Boots, spool.Packages()) is var bad and > 0)
                    throw new CollectionException($"{session.Name}: {bad} packages of samples of rule set {ruleSet.Name} cannot be read");
            }
        }
        finally
        {
            spools.ForEach(each => each.Spool.Dispose());
        }
        // What was sampled since the member was looked at may be of flows that are not in the table yet.
        var reachNs = clock.NowNs - unchecked(clock.Uptime - look.Uptime) * NsPerHundredth - MeteringNs;
        flows.SamplesRead(member.Number, isNewLife: before is not null && !isSameLife, reachNs, clock.ErrorNs, gaps);
        if (clock.WindowNs is { } window && member.Number == domain.Self)
            flows.SampleWindow(window);
        lock (_gate)
            _progress[member.Number] = new(member.Id, look.Boots, look.Uptime, [.. sampled.Select(each => each.Local)]);
    }

    /// <returns>Null: it has no RTFM-DELAY-MIB.</returns>
    private static async Task<Clock?> ClockAsync(IMeterSession session, CancellationToken cancellationToken)
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

    private static async Task<SampleGap[]> GapsAsync(IMeterSession session, CancellationToken cancellationToken)
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

    private static long Ns(SnmpValue value) => (long)Math.Min(value.Number, long.MaxValue / 2);

    private static ObjectIdentifier Scalar(ReadOnlySpan<uint> group, uint number) => new([.. group, number, 0]);
}
