using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Linq;
using Rtfm.Agent.Domain.Collection.Delay;
using Rtfm.Control.Reading;
using Rtfm.Snmp.Client;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>The master's collections: brings what changed at the members into the table, several members at the same time or along a chain.</summary>
/// <remarks>One round at a time. What a round could not read, the next one does: readings begin where the last good one of that member did.</remarks>
/// <param name="onMissing">Told why a member could not be read.</param>
internal sealed class DomainCollection(
    IMemberSessions sessions,
    AggregatedFlows flows,
    MemberReadings readings,
    DomainReaders readers,
    ICollectedDomain domain,
    FlowPush? push,
    TimeProvider clock,
    Action<CollectedMember, Exception>? onMissing = null
)
{
    /// <summary>Members that are read at the same time.</summary>
    private const int MostInFlight = 16;

    private readonly ChainHop _hop = new(sessions, flows, readings, domain);
    private MemberHolds _holds = new(readers, readings, domain, clock);
    private readonly IdleFlows _idle = new(flows, readers);
    private readonly DelayCollection _delays = new(flows, domain);
    private readonly DelayDistribution _distribution = new(flows, domain);
    private CollectionFigures _figures = new();
    private uint _before;

    public CollectionFigures Figures => Volatile.Read(ref _figures);

    /// <summary>Collects once.</summary>
    public async Task RunAsync(CollectionPlan plan, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        Prepare();
        var members = domain.Members;
        var read = new ConcurrentDictionary<int, MemberLook?>();
        if (plan.IsSerial)
            await CollectAlongChainAsync(members, read, cancellationToken).ConfigureAwait(false);
        else
            await ForEachAsync(members, (member, stopping) => ReadAsync(member, read, stopping), cancellationToken).ConfigureAwait(false);
        var duration = clock.GetElapsedTime(started);
        if (flows.DistributeDelays(plan.AreDelaysDistributed))
            _delays.Forget();
        if (domain.RuleSets.Any(each => each.SavesSamples))
            await ReckonDelaysAsync(plan, members, read, cancellationToken).ConfigureAwait(false);
        await ForEachAsync(
                members.Where(each => read.ContainsKey(each.Number)),
                (member, stopping) => TendAsync(member, read, stopping),
                cancellationToken
            )
            .ConfigureAwait(false);
        Sweep(members);
        var figures = Figures;
        figures = figures with { Rounds = figures.Rounds + 1, Duration = duration, Members = read.Count, Missing = members.Count - read.Count };
        Volatile.Write(ref _figures, figures);
        if (push is null || (plan.PushTarget.Length == 0 && readers.Current.PushedBefore is null))
            return;
        var fault = await push.PushAsync(plan.PushTarget, figures.Rounds, cancellationToken).ConfigureAwait(false);
        if (plan.PushTarget.Length > 0)
            Volatile.Write(
                ref _figures,
                fault is null ? figures with { Pushed = figures.Pushed + 1 } : figures with { PushFailures = figures.PushFailures + 1 }
            );
    }

    /// <summary>Forgets the table: another is master, or this one anew, and makes it from what members have.</summary>
    public void Forget()
    {
        flows.Clear();
        readings.Clear();
        _delays.Forget();
        // Readers come anew: what they said was about another table. Rows at members stay meanwhile.
        readers.Clear();
        _holds = new(readers, readings, domain, clock);
    }

    private void Prepare()
    {
        // Our Uptime wrapped, after 497 days: times before cannot be compared with those after (MIB-90).
        if (flows.Now < _before)
            Forget();
        _before = flows.Now;
        readers.Maintain();
    }

    private async Task ReadAsync(CollectedMember member, ConcurrentDictionary<int, MemberLook?> read, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(member, "", cancellationToken).ConfigureAwait(false);
        var ruleSets = domain.RuleSets;
        var look = await MemberLook.TakeAsync(session, member, domain.Owner, ruleSets, () => flows.Now, cancellationToken).ConfigureAwait(false);
        var since = readings.Since(member, ruleSets);
        readings.Ended(await look.ReadAsync(session, member, since, flows, ruleSets, cancellationToken).ConfigureAwait(false));
        read[member.Number] = look;
    }

    private async Task CollectAlongChainAsync(
        IReadOnlyList<CollectedMember> members,
        ConcurrentDictionary<int, MemberLook?> read,
        CancellationToken cancellationToken
    )
    {
        var before = members.ToDictionary(each => each.Number, each => readings.Find(each.Number));
        var ruleSets = domain.RuleSets;
        ImmutableArray<ChainLink> chain =
        [
            .. members.Where(each => each.Number != domain.Self).Select(each => new ChainLink(each, readings.Since(each, ruleSets))),
        ];
        await _hop.CollectAsync(Figures.Rounds + 1, chain, onMissing, cancellationToken).ConfigureAwait(false);
        foreach (var member in chain.Select(each => each.Member))
        {
            if (!ReferenceEquals(readings.Find(member.Number), before[member.Number]))
                read[member.Number] = null;
        }
        await ForEachAsync(members.Where(each => each.Number == domain.Self), (self, stopping) => ReadAsync(self, read, stopping), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>After all members' flows: who sampled a packet where it went out may be read before where it came in.</summary>
    private async Task ReckonDelaysAsync(
        CollectionPlan plan,
        IReadOnlyList<CollectedMember> members,
        ConcurrentDictionary<int, MemberLook?> read,
        CancellationToken cancellationToken
    )
    {
        var nowNs = (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        if (!plan.AreDelaysDistributed)
        {
            await ForEachReadAsync(_delays.ReadAsync).ConfigureAwait(false);
            flows.DecideSamples(nowNs, members.Select(each => each.Number).ToHashSet());
            return;
        }
        await ForEachReadAsync(_distribution.LookAsync).ConfigureAwait(false);
        _distribution.Begin(nowNs, members, read.Keys.ToHashSet());
        await ForEachReadAsync(_distribution.RunAsync).ConfigureAwait(false);

        Task ForEachReadAsync(Func<IMeterSession, CollectedMember, MemberLook, CancellationToken, Task> work) =>
            ForEachAsync(
                members.Where(each => read.ContainsKey(each.Number)),
                async (member, stopping) =>
                {
                    var session = await sessions.OpenAsync(member, "", stopping).ConfigureAwait(false);
                    var look = read[member.Number] ??= await MemberLook
                        .TakeAsync(session, member, domain.Owner, domain.RuleSets, () => flows.Now, stopping)
                        .ConfigureAwait(false);
                    await work(session, member, look, stopping).ConfigureAwait(false);
                },
                cancellationToken
            );
    }

    /// <summary>What is to be done at a member that was read: our rows there, and flows that it has no more.</summary>
    private async Task TendAsync(CollectedMember member, ConcurrentDictionary<int, MemberLook?> read, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(member, "", cancellationToken).ConfigureAwait(false);
        var look =
            read[member.Number]
            ?? await MemberLook.TakeAsync(session, member, domain.Owner, domain.RuleSets, () => flows.Now, cancellationToken).ConfigureAwait(false);
        await _holds.KeepAsync(session, member, look, cancellationToken).ConfigureAwait(false);
        await _idle.FindAsync(session, member, look, cancellationToken).ConfigureAwait(false);
    }

    private void Sweep(IReadOnlyList<CollectedMember> members)
    {
        var numbers = members.Select(each => each.Number).ToHashSet();
        readings.KeepOnly(numbers.Contains);
        _delays.KeepOnly(numbers.Contains);
        var boots = readings.All.ToDictionary(each => each.Number, each => each.Boots);
        var held = uint.MaxValue;
        flows.ForEach(set =>
        {
            set.MarkGone((member, life) => numbers.Contains(member) && (!boots.TryGetValue(member, out var now) || now == life));
            var confirmed = readers.HeldSince(set.RuleSet) ?? uint.MaxValue;
            set.Sweep(confirmed);
            held = Math.Min(held, confirmed);
        });
        readings.Prune(held);
    }

    private async Task ForEachAsync(
        IEnumerable<CollectedMember> members,
        Func<CollectedMember, CancellationToken, Task> work,
        CancellationToken cancellationToken
    ) =>
        await Parallel
            .ForEachAsync(
                members,
                new ParallelOptions { MaxDegreeOfParallelism = MostInFlight, CancellationToken = cancellationToken },
                async (member, stopping) =>
                {
                    try
                    {
                        await work(member, stopping).ConfigureAwait(false);
                    }
                    catch (Exception fault) when (fault is SnmpException or CollectionException or MeterRestartedException or FormatException)
                    {
                        onMissing?.Invoke(member, fault);
                    }
                }
            )
            .ConfigureAwait(false);
}
