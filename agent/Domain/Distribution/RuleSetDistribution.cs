using System.Collections.Immutable;
using System.Linq;
using Rtfm.Agent.Domain.Election;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Agent.Domain.Distribution;

/// <summary>The master's work for the domain's rule sets: every member gets the versions it lacks; when all have one that is wanted, it becomes the active one.</summary>
/// <remarks>
/// Deterministic, as <see cref="MasterElection"/> is, and on the same thread. It holds nothing that a new master could not find out: what is wanted is in the state, what is loaded
/// the members report.
/// </remarks>
internal sealed class RuleSetDistribution(EngineId self, MasterElection election, DistributionTimes times, IDistributionPeers peers)
{
    private readonly Dictionary<EngineId, ImmutableArray<LoadedVersion>> _loaded = [];
    private readonly Dictionary<(EngineId Member, string RuleSet, uint Version), Delivery> _deliveries = [];
    private readonly Dictionary<(string RuleSet, uint Version), TimeSpan> _wantedSince = [];
    private uint _term;

    /// <summary>A version was given up because a member refused it, or too few could be reached; or it runs now.</summary>
    public Action<DomainRuleSet>? Decided { get; set; }

    /// <summary>A member says which versions it has.</summary>
    public void Reported(EngineId member, ImmutableArray<LoadedVersion> loaded, TimeSpan now)
    {
        EnterTerm();
        _loaded[member] = loaded;
        foreach (var each in loaded)
            _deliveries.Remove((member, each.RuleSet, each.Version));
        Step(now);
    }

    /// <summary>What came of loading a version into a member, or of getting it from one.</summary>
    /// <param name="refusal">Why the member does not take it; null: it has it.</param>
    /// <param name="isReached">False where the member did not answer.</param>
    public void Ended(EngineId member, string ruleSet, uint version, string? refusal, bool isReached, TimeSpan now)
    {
        if (!_deliveries.TryGetValue((member, ruleSet, version), out var delivery))
            return;
        if (refusal is null && isReached)
        {
            _deliveries.Remove((member, ruleSet, version));
            _loaded[member] = [.. LoadedBy(member).Where(each => each.RuleSet != ruleSet || each.Version != version), new(ruleSet, version, false)];
        }
        else
        {
            delivery.State = isReached ? DeliveryState.Refused : DeliveryState.Unreachable;
            delivery.Reason = refusal ?? "";
            delivery.Failures++;
            delivery.NextAt = now + times.RetryAfter(delivery.Failures);
        }
        Step(now);
    }

    /// <summary>Does what is to be done now. To be called about once a second, and whenever a report comes or the state changes.</summary>
    public void Step(TimeSpan now)
    {
        if (election.Role != DomainRole.Master)
        {
            Forget();
            return;
        }
        EnterTerm();
        foreach (var ruleSet in election.State.RuleSets)
        {
            foreach (var version in (uint[])[ruleSet.Wanted, ruleSet.Active])
            {
                if (version != 0)
                    Deliver(ruleSet.Name, version, now);
            }
            if (ruleSet.Wanted != 0 && Decide(ruleSet, now))
                return; // the state is another now
        }
    }

    /// <summary>How far a member is with a rule set's wanted version, else with one that was given up because this member refused it, else with the active one.</summary>
    public DeliveryStatus StatusOf(EngineId member, DomainRuleSet ruleSet, TimeSpan now)
    {
        var isGivenUp =
            ruleSet.Wanted == 0 && ruleSet.Refused != 0 && StateOf(member, ruleSet.Name, ruleSet.Refused, now).State == DeliveryState.Refused;
        var version =
            ruleSet.Wanted != 0 ? ruleSet.Wanted
            : isGivenUp ? ruleSet.Refused
            : ruleSet.Active;
        var running = LoadedBy(member).FirstOrDefault(each => each.RuleSet == ruleSet.Name && each.IsActive);
        var (state, reason) = StateOf(member, ruleSet.Name, version, now);
        if (state == DeliveryState.Loaded && running.Version == version)
            state = DeliveryState.Active;
        return new(version, state, reason, running.Version);
    }

    private void Deliver(string ruleSet, uint version, TimeSpan now)
    {
        if (!Has(self, ruleSet, version))
        {
            // A master that was away when it came: others have it.
            foreach (var member in election.State.Members)
            {
                if (Has(member.Id, ruleSet, version) && TryBegin(self, ruleSet, version, now))
                {
                    peers.Obtain(member, ruleSet, version);
                    return;
                }
            }
            return;
        }
        foreach (var member in election.State.Members)
        {
            // What it has is known when it has reported in this term.
            if (
                member.Id != self
                && _loaded.ContainsKey(member.Id)
                && IsHeard(member.Id, now)
                && !Has(member.Id, ruleSet, version)
                && TryBegin(member.Id, ruleSet, version, now)
            )
                peers.Load(member, ruleSet, version);
        }
    }

    private bool TryBegin(EngineId member, string ruleSet, uint version, TimeSpan now)
    {
        var key = (member, ruleSet, version);
        if (!_deliveries.TryGetValue(key, out var delivery))
            _deliveries[key] = delivery = new();
        else if (delivery.State == DeliveryState.Loading || now < delivery.NextAt)
            return false;
        delivery.State = DeliveryState.Loading;
        return true;
    }

    /// <returns>True where the wanted version was activated or given up.</returns>
    private bool Decide(DomainRuleSet ruleSet, TimeSpan now)
    {
        var key = (ruleSet.Name, ruleSet.Wanted);
        if (!_wantedSince.TryGetValue(key, out var since))
            _wantedSince[key] = since = now;
        var isLate = now - since >= times.Patience;
        var (loaded, refused, open) = (0, 0, 0);
        foreach (var member in election.State.Members)
        {
            switch (StateOf(member.Id, ruleSet.Name, ruleSet.Wanted, now).State)
            {
                case DeliveryState.Loaded:
                    loaded++;
                    break;
                case DeliveryState.Refused:
                    refused++;
                    break;
                case DeliveryState.Unreachable:
                    break;
                default:
                    open++;
                    break;
            }
        }
        if (open > 0 && !isLate && (refused == 0 || ruleSet.IsForced))
            return false;
        var isGivenUp = (refused > 0 && !ruleSet.IsForced) || (isLate && loaded < election.State.Quorum);
        if (!isGivenUp && loaded < election.State.Quorum)
            return false;
        var decided = isGivenUp ? ruleSet.GiveUp() : ruleSet.Activate(ruleSet.Wanted);
        var isProposed = election.TryPropose(state => state.FindRuleSet(ruleSet.Name) == ruleSet ? state.With(decided) : null, now);
        if (isProposed)
        {
            _wantedSince.Remove(key);
            Decided?.Invoke(decided);
        }
        return isProposed;
    }

    private (DeliveryState State, string Reason) StateOf(EngineId member, string ruleSet, uint version, TimeSpan now)
    {
        if (version == 0)
            return (DeliveryState.Waiting, "");
        if (Has(member, ruleSet, version))
            return (DeliveryState.Loaded, "");
        var delivery = _deliveries.GetValueOrDefault((member, ruleSet, version));
        if (delivery?.State == DeliveryState.Refused)
            return (DeliveryState.Refused, delivery.Reason);
        if (!IsHeard(member, now))
            return (DeliveryState.Unreachable, delivery?.Reason ?? "");
        return (delivery?.State ?? DeliveryState.Waiting, delivery?.Reason ?? "");
    }

    private bool IsHeard(EngineId member, TimeSpan now) =>
        member == self || election.RecordOf(member) is { IsHeard: true } record && now - record.HeardAt < times.Silence;

    private bool Has(EngineId member, string ruleSet, uint version)
    {
        foreach (var each in LoadedBy(member))
        {
            if (each.RuleSet == ruleSet && each.Version == version)
                return true;
        }
        return false;
    }

    private ImmutableArray<LoadedVersion> LoadedBy(EngineId member) =>
        member == self ? peers.OwnRuleSets
        : _loaded.TryGetValue(member, out var loaded) ? loaded
        : [];

    /// <summary>What a member had when another was master, or this one before, may be wrong by now.</summary>
    private void EnterTerm()
    {
        if (_term != election.Term)
            Forget();
        _term = election.Term;
    }

    private void Forget()
    {
        if (_loaded.Count + _deliveries.Count + _wantedSince.Count == 0)
            return;
        _loaded.Clear();
        _deliveries.Clear();
        _wantedSince.Clear();
    }

    private sealed class Delivery
    {
        public DeliveryState State { get; set; }
        public string Reason { get; set; } = "";
        public int Failures { get; set; }
        public TimeSpan NextAt { get; set; }
    }
}
