using System.Linq;
using Rtfm.Control.Reading;
using Rtfm.Model;
using Rtfm.Snmp.Ber;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>Finds out which flows members have let go, so that the table can, too.</summary>
/// <remarks>A reading shows what was active; of what is gone it shows nothing. So members are asked for flows that were idle for so long that they may be gone.</remarks>
internal sealed class IdleFlows(AggregatedFlows flows, DomainReaders readers)
{
    /// <summary>Looked for at one member in one round; the others' turn comes.</summary>
    private const int MostAtOnce = 1_000;

    private const int NamesPerRequest = 50;

    public async Task FindAsync(IMeterSession session, CollectedMember member, MemberLook look, CancellationToken cancellationToken)
    {
        if (look.Uptime <= look.InactivityTimeout)
            return;
        var before = look.Uptime - look.InactivityTimeout;
        var idle = new List<IdleFlow>();
        flows.ForEach(set => set.FindIdle(member.Number, look.Boots, before, readers.HeldSince(set.RuleSet) ?? uint.MaxValue, MostAtOnce, idle));
        foreach (var some in idle.Chunk(NamesPerRequest))
            await AskAsync(session, some, look, cancellationToken).ConfigureAwait(false);
    }

    private async Task AskAsync(IMeterSession session, IdleFlow[] idle, MemberLook look, CancellationToken cancellationToken)
    {
        var isThere = new bool[idle.Length];
        // A flow is in one of the versions of its rule set.
        foreach (var (ruleSet, local) in look.RuleSets)
        {
            var asked = Enumerable.Range(0, idle.Length).Where(at => idle[at].Set.RuleSet == ruleSet.Number && !isThere[at]).ToList();
            if (asked.Count == 0)
                continue;
            ObjectIdentifier[] names =
            [
                .. asked.Select(at => new ObjectIdentifier([.. FlowMeterMib.DataEntry, (uint)FlowAttribute.FirstTime, local, 0, idle[at].FlowIndex])),
            ];
            var times = await session.GetAsync(names, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < names.Length; i++)
                isThere[asked[i]] = times[i].Tag == BerTag.TimeTicks && times[i].Number == idle[asked[i]].FirstTime;
        }
        flows.ForEach(set =>
        {
            for (var i = 0; i < idle.Length; i++)
            {
                if (idle[i].Set == set && !isThere[i])
                    set.MarkGone(idle[i].Observation);
            }
        });
    }
}
