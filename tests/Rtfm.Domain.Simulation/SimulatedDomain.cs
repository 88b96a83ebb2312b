using Rtfm.Agent.Domain;
using Rtfm.Agent.Domain.Distribution;
using Rtfm.Agent.Domain.Election;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Domain.Simulation;

/// <summary>A domain whose members are simulated, and what must hold in it whatever happens.</summary>
internal sealed class SimulatedDomain
{
    private readonly Dictionary<EngineId, SimulatedMember> _byId = [];
    private readonly Dictionary<uint, EngineId> _masters = [];
    private readonly Dictionary<StateVersion, DomainState> _settled = [];

    public SimulatedDomain(int seed, int members, ElectionTimes? times = null)
    {
        Network = new VirtualNetwork(new Random(seed)) { Parts = new int[members] };
        Times = times ?? new ElectionTimes();
        for (var i = 0; i < members; i++)
        {
            var member = new SimulatedMember(this, i);
            Members.Add(member);
            _byId.Add(member.Id, member);
        }
    }

    public VirtualNetwork Network { get; }

    public ElectionTimes Times { get; }

    public DistributionTimes Patience { get; } = new();

    public List<SimulatedMember> Members { get; } = [];

    /// <summary>What was violated; empty as long as all is well.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>The newest state that more than half of the members had.</summary>
    public DomainState? Newest { get; private set; }

    public int Elections => _masters.Count;

    public SimulatedMember Find(EngineId id) => _byId[id];

    /// <summary>The masters that there are now; more than one only in different terms.</summary>
    public IEnumerable<SimulatedMember> Masters => Members.Where(each => each.Election?.Role == DomainRole.Master);

    /// <summary>Starts the first members and makes them a domain, as if each had joined the first.</summary>
    public void Form(int members)
    {
        var state = new DomainState { DomainId = "simulated" };
        foreach (var member in Members.Take(members))
            member.Start();
        Members[0].Found(state.With(Members[0].AsMember()));
        for (var i = 1; i < members; i++)
        {
            var next = Members[i].AsMember();
            for (var attempt = 0; attempt < 1_000 && !Members[0].Propose(known => known.With(next)); attempt++)
                Run(TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>Starts all as members of one domain of which all have the state: for those so large that joining one by one takes long.</summary>
    public void FormAtOnce()
    {
        var state = new DomainState { DomainId = "simulated" };
        foreach (var member in Members)
            state = state with
            {
                Members = state.Members.Add(member.AsMember() with { Number = state.NextNumber }),
                NextNumber = state.NextNumber + 1,
            };
        state = state with { Version = new(0, 1) };
        foreach (var member in Members)
        {
            member.Start();
            member.Election!.Install(state, Network.Now);
        }
    }

    public void Run(TimeSpan duration) => Network.RunUntil(Network.Now + duration);

    /// <returns>False where it does not come to be within that time.</returns>
    public bool RunUntil(Func<bool> condition, TimeSpan patience)
    {
        var end = Network.Now + patience;
        while (!condition())
        {
            if (Network.Now >= end)
                return false;
            Run(TimeSpan.FromMilliseconds(10));
        }
        return true;
    }

    /// <summary>Looks at a member to which something has happened.</summary>
    public void Observe(SimulatedMember member)
    {
        if (member.Election is not { Role: DomainRole.Master } election)
            return;
        if (!_masters.TryAdd(election.Term, member.Id) && _masters[election.Term] != member.Id)
            Violate($"term {election.Term} has two masters: {_masters[election.Term]} and {member.Id}");
        if (!election.IsSettled)
            return;
        if (!_settled.TryAdd(election.State.Version, election.State) && !ReferenceEquals(_settled[election.State.Version], election.State))
            Violate($"two states of version {election.State.Version} have settled");
        if (Newest is null || election.State.Version > Newest.Version)
        {
            if (Newest is not null)
                CheckFollows(Newest, election.State);
            Newest = election.State;
        }
    }

    /// <summary>A vote is given once in a term, and terms and states do not go back.</summary>
    public void CheckVote(Ballot before, Ballot after, SimulatedMember member)
    {
        if (after.Term < before.Term)
            Violate($"{member.Id} went back from term {before.Term} to {after.Term}");
        if (after.Term == before.Term && !before.VotedFor.IsEmpty && after.VotedFor != before.VotedFor)
            Violate($"{member.Id} voted twice in term {after.Term}");
        if (after.State.Version < before.State.Version)
            Violate($"{member.Id} went back from state {before.State.Version} to {after.State.Version}");
    }

    // What had settled is not lost: versions of rule sets are not forgotten, numbers of members not given again.
    private void CheckFollows(DomainState before, DomainState after)
    {
        if (after.NextNumber < before.NextNumber)
            Violate($"state {after.Version} has forgotten members of {before.Version}");
        foreach (var known in before.RuleSets)
        {
            if (after.FindRuleSet(known.Name) is not { } next || next.Newest < known.Newest || next.Active < known.Active)
                Violate($"state {after.Version} has lost what state {before.Version} says of {known.Name}");
        }
    }

    private void Violate(string what) => Violations.Add($"{Network.Now.TotalSeconds:F3} s: {what}");
}
