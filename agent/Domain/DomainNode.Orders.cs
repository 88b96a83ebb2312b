using System.Linq;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Agent.Domain;

// What is ordered of a master. False: refused, and nothing is changed.
internal sealed partial class DomainNode
{
    /// <summary>Numbers of rule sets in the domain begin as in a meter, where the first is the built-in one.</summary>
    private const int FirstRuleSet = 2;

    /// <summary>A successor is elected within some round trips; who stops does not wait longer than half a second.</summary>
    private const int HandOverSteps = 25;

    private static readonly TimeSpan HandOverStep = TimeSpan.FromMilliseconds(20);

    /// <summary>Has a new version brought to all members, and run (rtfmDomainApplyName …).</summary>
    /// <param name="number">Under which it was loaded into this meter.</param>
    public bool Apply(string name, uint version, int number, bool isForced, TimeSpan now) =>
        DomainJson.IsRuleSetName(name)
        && RuleSets.Has(name, version, number)
        && Election.TryPropose(
            state =>
            {
                var known = state.FindRuleSet(name);
                if (known is null && state.RuleSets.Length >= DomainJson.MostRuleSets)
                    return null;
                if (known is not null && (known.Wanted != 0 || version <= known.Newest))
                    return null;
                var next = known ?? new() { Name = name, Number = state.RuleSets.Select(each => each.Number).Append(FirstRuleSet - 1).Max() + 1 };
                return state.With(next.Want(version, isForced));
            },
            now
        );

    /// <summary>Goes back to a version that is kept, or removes the rule set (rtfmDomainActivateName …).</summary>
    /// <param name="version">0: remove.</param>
    public bool Activate(string name, uint version, TimeSpan now) =>
        Election.TryPropose(
            state =>
            {
                if (state.FindRuleSet(name) is not { } known)
                    return null;
                if (version == 0)
                    return known.IsRemoved ? null : state.With(known.Remove());
                return known.Wanted == 0 && known.Kept.Contains(version) ? state.With(known.Activate(version)) : null;
            },
            now
        );

    /// <summary>A master that stops leaves its place to another: nobody has to find out that it is gone.</summary>
    public async Task HandOverAsync(CancellationToken cancellationToken)
    {
        var isBegun = Run(now =>
            Election
                .State.Members.OrderByDescending(each => each.Priority)
                .Select(each => each.Id)
                .FirstOrDefault(each => Election.CanHandOverTo(each, now))
                is { IsEmpty: false } next
            && HandOver(next, now)
        );
        for (var i = 0; isBegun && i < HandOverSteps && Run(_ => IsMaster); i++)
            await Task.Delay(HandOverStep, _clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Has a member take over (rtfmDomainSuccessor).</summary>
    public bool HandOver(EngineId to, TimeSpan now)
    {
        if (!Election.CanHandOverTo(to, now) || Election.State.Find(to) is not { } member)
            return false;
        var term = Election.Term + 1;
        Background(async () =>
        {
            try
            {
                await _client.StandAsync(member, term).ConfigureAwait(false);
            }
            catch (SnmpException fault)
            {
                Trouble(member.Address, fault);
            }
        });
        return true;
    }
}
