using Rtfm.Model;
using Rtfm.Snmp.Client;

namespace Rtfm.Control.Domain;

/// <summary>Brings rule sets to all members of a domain through its master, and follows what becomes of them.</summary>
/// <param name="patience">How long an order is followed.</param>
public sealed class RuleSetOrders(DomainFinder finder, TimeSpan patience)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>So long members may take to switch when the others have.</summary>
    private static readonly TimeSpan TimeToSwitch = TimeSpan.FromSeconds(5);

    /// <summary>Loads a new version into the master and has it brought to all members.</summary>
    /// <param name="progress">Told how many rules are loaded.</param>
    /// <returns>The version; follow it with <see cref="FollowAsync"/>.</returns>
    /// <exception cref="MeterException">The master refused rules or order: nothing of it is left there.</exception>
    public static async Task<uint> ApplyAsync(
        DomainView view,
        RuleSet ruleSet,
        bool isForced,
        Action<int> progress,
        CancellationToken cancellationToken
    )
    {
        var master = view.Source;
        var owner = DomainMib.OwnerOf(view.Name);
        var version = await NextVersionAsync(master, ruleSet.Name, owner, cancellationToken).ConfigureAwait(false);
        var undo = new UndoList();
        try
        {
            var named = new RuleSet(DomainMib.NameOf(ruleSet.Name, version), ruleSet.Rules);
            var number = await new RuleSetDownload(master.Meter, undo)
                .LoadAsync(named, owner, index: null, progress, cancellationToken)
                .ConfigureAwait(false);
            await OrderAsync(master, ruleSet.Name, version, number, isForced, cancellationToken).ConfigureAwait(false);
            return version;
        }
        catch (Exception fault) when (fault is SnmpException or MeterException or OperationCanceledException)
        {
            var reason = fault is OperationCanceledException ? "stopped" : master.Meter.ReasonOf(fault);
            var left = await undo.RunAsync().ConfigureAwait(false);
            var rest = left.Count == 0 ? "" : $" Left behind at the master: {string.Join(", ", left)}.";
            throw new MeterException($"{master}: rule set '{ruleSet.Name}' was not given to the domain: {reason}.{rest}", fault);
        }
    }

    /// <summary>Waits until the order is carried out, given up or takes too long; also when the master changes meanwhile.</summary>
    /// <param name="version">0: the rule set is to go.</param>
    public async Task<OrderOutcome> FollowAsync(DomainView view, string ruleSet, uint version, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> addresses = [.. view.Members.Select(each => each.Address)];
        var deadline = DateTime.UtcNow + patience;
        DateTime? decidedAt = null;
        while (true)
        {
            var outcome = await TryLookAsync(view, ruleSet, version, cancellationToken).ConfigureAwait(false);
            if (outcome?.Result is "everywhere" or "givenUp")
                return outcome;
            if (outcome?.Result == "partly")
                decidedAt ??= DateTime.UtcNow;
            // Those that are there switch within a moment; those that refuse or are away do not.
            var isSettled =
                outcome is { Result: "partly" } && outcome.Members.All(each => each.Active == version || each.State is "refused" or "unreachable");
            if (outcome is not null && (DateTime.UtcNow > deadline || isSettled || DateTime.UtcNow - decidedAt > TimeToSwitch))
                return outcome;
            if (DateTime.UtcNow > deadline)
                throw new MeterException(
                    $"domain '{view.Name}': no master is there to say what became of '{ruleSet}'. Look with: rtfm-manager domain status"
                );
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            if (outcome is null)
                view = await FindAgainAsync(view, addresses, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<DomainView> FindAgainAsync(DomainView view, IReadOnlyList<string> addresses, CancellationToken cancellationToken)
    {
        try
        {
            return await finder.FindAsync(addresses, cancellationToken).ConfigureAwait(false);
        }
        catch (MeterException)
        {
            return view;
        }
    }

    /// <summary>Above all versions that the domain knows, and above what an order that went wrong may have left at the master.</summary>
    private static async Task<uint> NextVersionAsync(DomainAgent master, string name, string owner, CancellationToken cancellationToken)
    {
        var known = await master.NewestVersionAsync(name, cancellationToken).ConfigureAwait(false);
        var loaded = (await master.Meter.RuleSetsAsync(cancellationToken).ConfigureAwait(false)).Where(each => each.Owner == owner);
        var version = known + 1;
        var names = loaded.Select(each => each.Name).ToHashSet();
        while (names.Contains(DomainMib.NameOf(name, version)))
            version++;
        return version;
    }

    private static async Task OrderAsync(
        DomainAgent master,
        string name,
        uint version,
        uint number,
        bool isForced,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await master.ApplyAsync(name, version, number, isForced, cancellationToken).ConfigureAwait(false);
        }
        catch (OrderRefusedException)
        {
            // Our own order, whose answer was lost, refuses the second one that the client sends.
            var rows = await master.RuleSetsAsync(CancellationToken.None).ConfigureAwait(false);
            if (!rows.Any(each => each.Name == name && (each.Wanted == version || each.Active == version)))
                throw;
        }
    }

    /// <summary>How far it is; null: the one asked is not the master any more, or does not answer.</summary>
    private static async Task<OrderOutcome?> TryLookAsync(DomainView view, string ruleSet, uint version, CancellationToken cancellationToken)
    {
        try
        {
            if (await view.Source.SelfAsync(cancellationToken).ConfigureAwait(false) is not { IsMaster: true } self)
                return null;
            var row = (await view.Source.RuleSetsAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(each => each.Name == ruleSet);
            if (row is null)
                return new OrderOutcome(view.Name, self.SystemName, ruleSet, version, version == 0 ? "everywhere" : "givenUp", []);
            var members = Outcomes(view, row, await view.Source.DeliveriesAsync(cancellationToken).ConfigureAwait(false));
            var result =
                version == 0 || row.Wanted == version ? "pending"
                : row.Active != version ? (row.Refused == version ? "givenUp" : "pending")
                : members.All(each => each.Active == version) ? "everywhere"
                : "partly";
            return new OrderOutcome(view.Name, self.SystemName, ruleSet, version, result, members);
        }
        catch (SnmpException)
        {
            return null;
        }
    }

    private static IReadOnlyList<MemberOutcome> Outcomes(DomainView view, DomainRuleSetRow row, IReadOnlyList<DeliveryRow> deliveries) =>
        [
            .. view.Members.Select(member =>
                deliveries.FirstOrDefault(each => each.RuleSet == row.Number && each.Member == member.Id) is { } delivery
                    ? new MemberOutcome(member.Name, member.Address, delivery.State, delivery.Reason, delivery.Active)
                    : new MemberOutcome(member.Name, member.Address, "waiting", "", 0)
            ),
        ];
}
