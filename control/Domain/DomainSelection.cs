using Rtfm.Control.Domain.Selection;
using Rtfm.Snmp.Client;

namespace Rtfm.Control.Domain;

/// <summary>Asks members for what a master is chosen by, and has the chosen one become master.</summary>
public sealed class DomainSelection(DomainFinder finder, MasterSelection selection)
{
    /// <summary>How long a domain may take to have the new master; elections take a second or two.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Every member as a candidate, with its figures where it tells them.</summary>
    public async Task<IReadOnlyList<Candidate>> CandidatesAsync(DomainView view, CancellationToken cancellationToken)
    {
        var answers = await finder.AskAllAsync(view.Members, cancellationToken).ConfigureAwait(false);
        var needed = view.HasMaster ? view.Self.State : answers.Max(each => each.Self?.State ?? default);
        // One after the other: who is measured must not wait for us.
        var candidates = new List<Candidate>();
        foreach (var answer in answers)
            candidates.Add(await CandidateAsync(answer, view.Name, needed, cancellationToken).ConfigureAwait(false));
        return candidates;
    }

    public IReadOnlyList<CandidateScore> Rank(IReadOnlyList<Candidate> candidates) => selection.Rank(candidates);

    public CandidateScore? Choose(DomainView view, IReadOnlyList<CandidateScore> ranking) =>
        selection.Choose(ranking, view.HasMaster ? view.Self.Id : null);

    /// <summary>Has the chosen one become master and waits until it is.</summary>
    /// <exception cref="MeterException">It was refused, or the domain has another master or none after all.</exception>
    public async Task<DomainView> InstallAsync(DomainView view, string id, CancellationToken cancellationToken)
    {
        if (view.HasMaster)
        {
            await view.Source.HandOverAsync(id, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var answers = await finder.AskAllAsync(view.Members, cancellationToken).ConfigureAwait(false);
            var term = answers.Max(each => each.Self?.Term ?? 0) + 1;
            if (answers.FirstOrDefault(each => each.Member.Id == id)?.Agent is not { } agent)
                throw new MeterException($"domain '{view.Name}': {id} does not answer any more");
            await agent.StandAsync(term, cancellationToken).ConfigureAwait(false);
        }
        return await WaitForAsync(view, id, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Candidate> CandidateAsync(MemberAnswer answer, string domain, DomainVersion needed, CancellationToken cancellationToken)
    {
        var member = answer.Member;
        if (answer.Self is not { } self || answer.Agent is not { } agent)
            return new Candidate(
                member.Id,
                member.Name,
                member.Priority,
                null,
                answer.Error is null ? "it knows nothing of domains" : "it does not answer"
            );
        var obstacle =
            self.Id != member.Id ? $"another agent answers there: {self.Id}"
            : self.Domain != domain ? $"it is in domain '{self.Domain}'"
            : self.Role is "outside" or "joining" ? $"it is {self.Role}"
            : self.State < needed ? $"its state {self.State} is older than {needed}"
            : null;
        try
        {
            var figures = await agent.FiguresAsync(cancellationToken).ConfigureAwait(false);
            return new Candidate(member.Id, member.Name, self.Priority, figures, obstacle);
        }
        catch (Exception fault) when (fault is SnmpException or MeterException)
        {
            return new Candidate(member.Id, member.Name, self.Priority, null, agent.Meter.ReasonOf(fault));
        }
    }

    private async Task<DomainView> WaitForAsync(DomainView before, string id, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> addresses = [.. before.Members.Select(each => each.Address)];
        var deadline = DateTime.UtcNow + Patience;
        DomainView view;
        do
        {
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            view = await finder.FindAsync(addresses, cancellationToken).ConfigureAwait(false);
            if (view.HasMaster && view.Self.Id == id)
                return view;
        } while (DateTime.UtcNow < deadline);
        throw new MeterException(
            view.HasMaster
                ? $"domain '{view.Name}': the master is {view.Self.SystemName} ({view.Source}), not the one that was chosen"
                : $"domain '{view.Name}': no master was elected: more than half of its {view.Members.Count} members must hear each other"
        );
    }
}
