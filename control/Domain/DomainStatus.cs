using Rtfm.Control.Domain.Selection;
using Rtfm.Snmp.Client;

namespace Rtfm.Control.Domain;

/// <summary>A domain as a whole at one time.</summary>
/// <param name="Master">Its name; null: there is none.</param>
/// <param name="IsSettled">More than half of the members have this version.</param>
/// <param name="Collection">How the master collects; null: there is no master, or it does not tell.</param>
public sealed record DomainStatus(
    string Domain,
    string? Master,
    string? MasterAddress,
    uint Term,
    string StateVersion,
    bool IsSettled,
    uint SinceChange,
    IReadOnlyList<MemberStatus> Members,
    IReadOnlyList<DomainRuleSetRow> RuleSets,
    DomainCollection? Collection
)
{
    /// <summary>Asks the domain's source, then every member.</summary>
    public static async Task<DomainStatus> ReadAsync(DomainFinder finder, DomainView view, CancellationToken cancellationToken)
    {
        var ruleSets = await view.Source.RuleSetsAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<DeliveryRow> deliveries = view.HasMaster ? await view.Source.DeliveriesAsync(cancellationToken).ConfigureAwait(false) : [];
        var answers = await finder.AskAllAsync(view.Members, cancellationToken).ConfigureAwait(false);
        var members = await Task.WhenAll(answers.Select(each => MemberAsync(finder, each, ruleSets, deliveries, cancellationToken)))
            .ConfigureAwait(false);
        return new DomainStatus(
            view.Name,
            view.HasMaster ? view.Self.SystemName : null,
            view.HasMaster ? view.Source.ToString() : null,
            view.Self.Term,
            view.Self.State.ToString(),
            view.Self.IsSettled,
            view.Self.SinceChange,
            members,
            ruleSets,
            view.HasMaster ? await view.Source.CollectionAsync(cancellationToken).ConfigureAwait(false) : null
        );
    }

    private static async Task<MemberStatus> MemberAsync(
        DomainFinder finder,
        MemberAnswer answer,
        IReadOnlyList<DomainRuleSetRow> ruleSets,
        IReadOnlyList<DeliveryRow> deliveries,
        CancellationToken cancellationToken
    )
    {
        var member = answer.Member;
        var (figures, error) = ((DomainFigures?)null, answer.Error);
        try
        {
            if (answer.Agent is { } agent)
                figures = await finder.Quick(agent).FiguresAsync(cancellationToken, times: 1).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is SnmpException or MeterException)
        {
            error = fault.Message;
        }
        return new MemberStatus(
            member.Number,
            member.Name,
            member.Address,
            member.Id,
            answer.Self?.Role ?? "",
            answer.Self?.State.ToString() ?? "",
            answer.Self?.Priority ?? member.Priority,
            answer.Self?.Boots ?? 0,
            member.State,
            member.Heard,
            [
                .. deliveries
                    .Where(each => each.Member == member.Id)
                    .Select(each => new MemberRuleSet(
                        ruleSets.FirstOrDefault(ruleSet => ruleSet.Number == each.RuleSet)?.Name ?? $"{each.RuleSet}",
                        each.Version,
                        each.State,
                        each.Reason,
                        each.Active
                    )),
            ],
            figures,
            error
        );
    }
}

/// <summary>A member as it says itself, and as the master knows it.</summary>
/// <param name="Role">outside, joining, member, candidate or master; empty: it does not answer.</param>
/// <param name="Boots">How often it was started (snmpEngineBoots); 0: it does not answer.</param>
/// <param name="Heard">What the master says: since it was last heard of, in hundredths of a second.</param>
/// <param name="Error">Why it does not answer; null: it does.</param>
public sealed record MemberStatus(
    int Number,
    string Name,
    string Address,
    string Id,
    string Role,
    string StateVersion,
    int Priority,
    uint Boots,
    string State,
    uint Heard,
    IReadOnlyList<MemberRuleSet> RuleSets,
    DomainFigures? Figures,
    string? Error
);

/// <summary>A rule set of the domain at one member.</summary>
/// <param name="Version">The version that <paramref name="State"/> is of.</param>
/// <param name="Active">The version that runs; 0: none.</param>
public sealed record MemberRuleSet(string Name, uint Version, string State, string Reason, uint Active);
