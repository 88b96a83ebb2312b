using System.Collections.Immutable;
using System.Linq;
using Rtfm.Control.Reading;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Ber;

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

    private readonly Lock _gate = new();
    private readonly Dictionary<int, Progress> _progress = [];

    /// <param name="Uptime">The member's, when the latest reading began.</param>
    /// <param name="RuleSets">Numbers that the rule sets have there which were read.</param>
    private sealed record Progress(Snmp.Configuration.EngineId Id, uint Boots, uint Uptime, ImmutableHashSet<uint> RuleSets);

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
        if (await MemberClock.ReadAsync(session, cancellationToken).ConfigureAwait(false) is not { } clock)
            return;
        var gaps = await MemberClock.GapsAsync(session, cancellationToken).ConfigureAwait(false);
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
        flows.SamplesRead(member.Number, isNewLife: before is not null && !isSameLife, clock.ReachNs(look), clock.ErrorNs, gaps);
        if (clock.WindowNs is { } window && member.Number == domain.Self)
            flows.SampleWindow(window);
        lock (_gate)
            _progress[member.Number] = new(member.Id, look.Boots, look.Uptime, [.. sampled.Select(each => each.Local)]);
    }
}
