using System.Buffers.Binary;
using System.Collections.Immutable;
using Rtfm.Agent.Domain;
using Rtfm.Agent.Domain.Distribution;
using Rtfm.Agent.Domain.Election;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Domain.Simulation;

/// <summary>A member: the agent's own election and distribution, with a simulated disk, meter and network around them.</summary>
internal sealed class SimulatedMember : IElectionPeers, IDistributionPeers
{
    private readonly SimulatedDomain _domain;
    private readonly VirtualNetwork _network;
    private readonly int _number;
    private readonly SortedDictionary<(string RuleSet, uint Version), bool> _meter = [];

    // What a crash leaves.
    private Ballot _disk = new();

    private int _life;
    private TimeSpan _wakesAt = TimeSpan.MaxValue;

    public SimulatedMember(SimulatedDomain domain, int number)
    {
        (_domain, _network, _number) = (domain, domain.Network, number);
        Id = IdOf(number);
    }

    public EngineId Id { get; }

    public int Number => _number;

    public bool IsRunning => Election is not null;

    public MasterElection? Election { get; private set; }

    public RuleSetDistribution? Distribution { get; private set; }

    /// <summary>It has no room for a further version.</summary>
    public bool IsFull { get; set; }

    public ImmutableArray<LoadedVersion> OwnRuleSets => [.. _meter.Select(each => new LoadedVersion(each.Key.RuleSet, each.Key.Version, each.Value))];

    public DomainMember AsMember(int priority = 100) => new(Id, $"member-{_number}", $"member-{_number}", priority);

    public void Start()
    {
        _life++;
        Election = new MasterElection(Id, $"member-{_number}", _disk, _domain.Times, _network.Random, this, _network.Now) { Changed = Adapt };
        Distribution = new RuleSetDistribution(Id, Election, _domain.Patience, this);
        Wake();
        Tend(_life);
    }

    public void Crash()
    {
        _life++;
        Election = null;
        Distribution = null;
        _wakesAt = TimeSpan.MaxValue;
    }

    /// <summary>The meter runs that version.</summary>
    public bool Runs(string ruleSet, uint version) => _meter.TryGetValue((ruleSet, version), out var isActive) && isActive;

    /// <summary>As the manager's order to the master.</summary>
    /// <returns>False where this is not the master, or it cannot be done now.</returns>
    public bool Apply(string ruleSet, uint version)
    {
        if (Election is not { Role: DomainRole.Master } election)
            return false;
        _meter[(ruleSet, version)] = false;
        var isOrdered = election.TryPropose(
            state =>
            {
                var known = state.FindRuleSet(ruleSet) ?? new DomainRuleSet { Name = ruleSet, Number = state.RuleSets.Length + 1 };
                return known.Wanted != 0 || version <= known.Newest ? null : state.With(known.Want(version));
            },
            _network.Now
        );
        Do(() => Distribution!.Step(_network.Now));
        return isOrdered;
    }

    public bool Propose(Func<DomainState, DomainState?> change)
    {
        var isDone = false;
        Do(() => isDone = Election!.TryPropose(change, _network.Now));
        return isDone;
    }

    /// <summary>As the master, or a manager, asks it to.</summary>
    public void Stand(uint term) => Do(() => Election!.Stand(term, _network.Now));

    public void Found(DomainState state) => Do(() => Election!.Found(state, _network.Now));

    void IElectionPeers.Keep(Ballot ballot)
    {
        _domain.CheckVote(_disk, ballot, this);
        _disk = ballot;
    }

    void IElectionPeers.Ask(DomainMember member, VoteRequest request) =>
        Exchange(
            member.Id,
            other => other.Election!.Receive(request, _network.Now),
            (reply, id) => Election!.ReceiveVote(id, request, reply, _network.Now)
        );

    void IElectionPeers.Claim(DomainMember member, MasterClaim claim) =>
        Exchange(
            member.Id,
            other => other.Election!.Receive(claim, _network.Now),
            (reply, id) => Election!.ReceiveAcknowledgement(id, claim, reply, _network.Now)
        );

    void IElectionPeers.Report(MasterClaim to, StateVersion version)
    {
        var loaded = OwnRuleSets;
        Exchange(
            to.Master,
            master =>
            {
                if (master.Election!.ReceiveReport(Id, to.Term, version, _network.Now))
                    master.Distribution!.Reported(Id, loaded, _network.Now);
                return 0;
            },
            (_, _) => { }
        );
    }

    void IElectionPeers.Fetch(MasterClaim from) =>
        Exchange(from.Master, master => master.Election!.State, (state, _) => Election!.Install(state, _network.Now));

    void IDistributionPeers.Load(DomainMember member, string ruleSet, uint version)
    {
        var isAnswered = false;
        Exchange(
            member.Id,
            other => other.TryLoad(ruleSet, version),
            (isTaken, id) =>
            {
                isAnswered = true;
                Distribution!.Ended(id, ruleSet, version, isTaken ? null : "no room", isReached: true, _network.Now);
            }
        );
        GiveUp(() => isAnswered, member.Id, ruleSet, version);
    }

    void IDistributionPeers.Obtain(DomainMember from, string ruleSet, uint version)
    {
        var isAnswered = false;
        Exchange(
            from.Id,
            other => other._meter.ContainsKey((ruleSet, version)),
            (isThere, _) =>
            {
                isAnswered = true;
                var refusal = isThere && TryLoad(ruleSet, version) ? null : "it is not there, or there is no room";
                Distribution!.Ended(Id, ruleSet, version, refusal, isReached: true, _network.Now);
            }
        );
        GiveUp(() => isAnswered, Id, ruleSet, version);
    }

    private static EngineId IdOf(int number)
    {
        Span<byte> octets = [0x80, 0, 0x1F, 0x88, 5, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(octets[5..], number);
        return new(octets);
    }

    private bool TryLoad(string ruleSet, uint version)
    {
        if (!_meter.ContainsKey((ruleSet, version)) && IsFull)
            return false;
        _meter.TryAdd((ruleSet, version), false);
        Adapt();
        return true;
    }

    private void GiveUp(Func<bool> isAnswered, EngineId member, string ruleSet, uint version)
    {
        var life = _life;
        _network.After(
            TimeSpan.FromSeconds(1),
            () =>
            {
                if (life == _life && !isAnswered())
                    Do(() => Distribution!.Ended(member, ruleSet, version, null, isReached: false, _network.Now));
            }
        );
    }

    /// <summary>A request and its answer, either of which may get lost; nobody answers for a member that crashed meanwhile.</summary>
    private void Exchange<T>(EngineId to, Func<SimulatedMember, T> ask, Action<T, EngineId> take)
    {
        var (other, life) = (_domain.Find(to), _life);
        _network.Send(
            _number,
            other._number,
            () =>
            {
                if (!other.IsRunning)
                    return;
                T answer = default!;
                other.Do(() => answer = ask(other));
                _network.Send(
                    other._number,
                    _number,
                    () =>
                    {
                        if (life == _life)
                            Do(() => take(answer, to));
                    }
                );
            }
        );
    }

    /// <summary>The meter does what the state says, and the master is told.</summary>
    private void Adapt()
    {
        if (Election is not { } election)
            return;
        _domain.Observe(this);
        var isChanged = false;
        foreach (var ((ruleSet, version), isActive) in _meter.ToList())
        {
            var wanted = election.State.FindRuleSet(ruleSet);
            if (wanted is null)
                continue;
            if (wanted.IsObsolete(version))
            {
                isChanged |= _meter.Remove((ruleSet, version));
                continue;
            }
            var isToRun = version == wanted.Active;
            if (isToRun == isActive || (isActive && !_meter.ContainsKey((ruleSet, wanted.Active))))
                continue; // the old one runs until the new one can
            _meter[(ruleSet, version)] = isToRun;
            isChanged = true;
        }
        if (isChanged && election.Role != DomainRole.Master && election.Master is { } master)
            ((IElectionPeers)this).Report(master, election.State.Version);
    }

    private void Do(Action action)
    {
        if (!IsRunning)
            return;
        action();
        _domain.Observe(this);
        Wake();
    }

    private void Wake()
    {
        if (Election is not { } election || election.NextTick >= _wakesAt)
            return;
        var (life, at) = (_life, election.NextTick > _network.Now ? election.NextTick : _network.Now);
        _wakesAt = at;
        _network.At(
            at,
            () =>
            {
                if (life != _life || _wakesAt != at)
                    return;
                _wakesAt = TimeSpan.MaxValue;
                Do(() => Election!.Tick(_network.Now));
            }
        );
    }

    private void Tend(int life)
    {
        if (life != _life)
            return;
        Do(() => Distribution!.Step(_network.Now));
        _network.After(TimeSpan.FromSeconds(1), () => Tend(life));
    }
}
