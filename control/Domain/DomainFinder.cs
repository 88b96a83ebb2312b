using Rtfm.Snmp.Client;

namespace Rtfm.Control.Domain;

/// <summary>Finds a domain and its master through any of its members.</summary>
/// <param name="connect">Makes a meter of a HOST:PORT.</param>
/// <param name="retries">How often members are asked again what they are: one that is away must not make the others wait for long.</param>
public sealed class DomainFinder(Func<string, CancellationToken, Task<Meter>> connect, int retries = 1)
{
    /// <summary>How many members are asked at the same time.</summary>
    private const int MostInFlight = 64;

    /// <summary>The agent at an address.</summary>
    public async Task<DomainAgent> AgentAsync(string address, CancellationToken cancellationToken) =>
        new(await connect(address, cancellationToken).ConfigureAwait(false));

    /// <summary>Asks those named, then the master they name; where none is known, every member.</summary>
    /// <exception cref="MeterException">None answers, none is in a domain, or they are in several.</exception>
    public async Task<DomainView> FindAsync(IReadOnlyList<string> addresses, CancellationToken cancellationToken)
    {
        var (asked, complaints) = await AskAsync(addresses, cancellationToken).ConfigureAwait(false);
        asked.RemoveAll(each => !each.Self.IsInDomain);
        if (asked.Count == 0)
            throw new MeterException(string.Join('\n', complaints));
        var domains = asked.Select(each => each.Self.Domain).Distinct().ToList();
        if (domains.Count > 1)
            throw new MeterException($"they are in several domains: {string.Join(", ", domains)}. Name members of one.");
        var master = Newest(asked.Where(each => each.Self.IsMaster)) ?? await MasterOfAsync(asked, cancellationToken).ConfigureAwait(false);
        var source = master ?? asked.MaxBy(each => each.Self.State)!;
        var members = await source.Agent.MembersAsync(cancellationToken).ConfigureAwait(false);
        if (master is null && members.Count > 0)
        {
            // Those that were named may be cut off: others may know better.
            var (others, _) = await AskAsync([.. members.Select(each => each.Address)], cancellationToken).ConfigureAwait(false);
            others.RemoveAll(each => each.Self.Domain != domains[0]);
            var better = Newest(others.Where(each => each.Self.IsMaster)) ?? others.MaxBy(each => each.Self.State);
            if (better is not null && (better.Self.IsMaster || better.Self.State > source.Self.State))
            {
                source = better;
                members = await source.Agent.MembersAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        return new DomainView(source.Agent, source.Self, members);
    }

    /// <summary>What every member says of itself; null or a reason where it does not.</summary>
    public async Task<IReadOnlyList<MemberAnswer>> AskAllAsync(IReadOnlyList<DomainMemberRow> members, CancellationToken cancellationToken)
    {
        var answers = new MemberAnswer[members.Count];
        await Parallel
            .ForAsync(
                0,
                members.Count,
                new ParallelOptions { MaxDegreeOfParallelism = MostInFlight, CancellationToken = cancellationToken },
                async (i, token) => answers[i] = await AskAsync(members[i], token).ConfigureAwait(false)
            )
            .ConfigureAwait(false);
        return answers;
    }

    /// <summary>Not asked again and again: one that is away must not make the others wait.</summary>
    internal DomainAgent Quick(DomainAgent agent) =>
        new(new Meter(agent.Meter.Client, agent.Meter.Target with { Retries = Math.Min(agent.Meter.Target.Retries, retries) }));

    /// <summary>Asks all at the same time; once the master has answered, nobody else is waited for.</summary>
    private async Task<(List<Asked> Asked, List<string> Complaints)> AskAsync(IReadOnlyList<string> addresses, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (asked, complaints) = (new List<Asked>(), new List<string>());
        using var turns = new SemaphoreSlim(MostInFlight);
        var open = addresses.Select(each => AskAsync(each, turns, enough.Token)).ToList();
        while (open.Count > 0)
        {
            var answered = await Task.WhenAny(open).ConfigureAwait(false);
            open.Remove(answered);
            var answer = await answered.ConfigureAwait(false);
            if (answer is { Agent: { } agent, Self: { } self })
                asked.Add(new Asked(agent, self));
            if (answer.Error is { } error)
                complaints.Add(error);
            else if (answer.Self is not { IsInDomain: true })
                complaints.Add($"{answer.Member.Address}: it is in no domain: its settings name none");
            // A master that was cut off gives up within its lease: a later term is heard of from those who have answered.
            if (answer.Self is { IsMaster: true } master && asked.TrueForAll(each => each.Self.Term <= master.Term))
                break;
        }
        await enough.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(open).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return (asked, complaints);
    }

    private async Task<MemberAnswer> AskAsync(string address, SemaphoreSlim turns, CancellationToken enough)
    {
        var member = new DomainMemberRow("", address, "", 0, 0, "", 0, default);
        try
        {
            await turns.WaitAsync(enough).ConfigureAwait(false);
            try
            {
                return await AskAsync(member, enough).ConfigureAwait(false);
            }
            finally
            {
                turns.Release();
            }
        }
        catch (OperationCanceledException)
        {
            return new MemberAnswer(member, null, null, $"{address}: not waited for");
        }
    }

    private async Task<MemberAnswer> AskAsync(DomainMemberRow member, CancellationToken cancellationToken)
    {
        try
        {
            var agent = await AgentAsync(member.Address, cancellationToken).ConfigureAwait(false);
            return new(member, agent, await Quick(agent).SelfAsync(cancellationToken).ConfigureAwait(false), null);
        }
        catch (Exception fault) when (fault is SnmpException or MeterException)
        {
            return new(member, null, null, fault.Message);
        }
    }

    private async Task<Asked?> MasterOfAsync(List<Asked> asked, CancellationToken cancellationToken)
    {
        var named = asked.OrderByDescending(each => each.Self.Term).Select(each => each.Self.MasterAddress).Where(each => each.Length > 0).Distinct();
        var (masters, _) = await AskAsync([.. named], cancellationToken).ConfigureAwait(false);
        return Newest(masters.Where(each => each.Self.IsMaster && each.Self.Domain == asked[0].Self.Domain));
    }

    /// <summary>Of several that say they are master, all but one have not noticed yet that they are not.</summary>
    private static Asked? Newest(IEnumerable<Asked> masters) => masters.MaxBy(each => each.Self.Term);

    private sealed record Asked(DomainAgent Agent, DomainSelf Self);
}
