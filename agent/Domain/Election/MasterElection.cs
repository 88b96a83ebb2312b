using System.Linq;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Agent.Domain.Election;

/// <summary>What an agent is in its domain: rtfmDomainRole, without those who have left.</summary>
internal enum DomainRole
{
    Joining = 2,
    Member,
    Candidate,
    Master,
}

/// <summary>
/// A member's part in the election of the master, and in agreeing on the domain's state: terms and votes as in Raft's leader election (Ongaro, Ousterhout
/// 2014), with its canvassing before a vote and its hand-over; members change one at a time (decision 0012).
/// </summary>
/// <remarks>
/// Deterministic: time comes with each call, chance from the given generator, and what is to be done goes to <see cref="IElectionPeers"/>. One thread at a time.
/// </remarks>
internal sealed class MasterElection
{
    /// <summary>A term further ahead than so is nobody's honest one: it could use all terms up.</summary>
    private const uint LongestJump = 1_000_000;

    private const int MostDoublings = 4;

    private readonly EngineId _self;
    private readonly string _address;
    private readonly ElectionTimes _times;
    private readonly Random _random;
    private readonly IElectionPeers _peers;
    private readonly HashSet<EngineId> _votes = [];
    private readonly HashSet<EngineId> _refusals = [];
    private readonly Dictionary<EngineId, MemberRecord> _records = [];
    private readonly Dictionary<EngineId, (DomainMember Member, TimeSpan Until)> _dismissed = [];

    private Ballot _ballot;
    private VoteRequest _asked;
    private MasterClaim? _heard;
    private TimeSpan _heardAt;
    private TimeSpan _deadline;
    private TimeSpan _repeatAt;
    private TimeSpan _claimAt;

    /// <summary>How often others were asked since a master was last there; an election asks twice.</summary>
    private int _attempts;

    /// <param name="address">Where this member answers: host:port.</param>
    public MasterElection(EngineId self, string address, Ballot kept, ElectionTimes times, Random random, IElectionPeers peers, TimeSpan now)
    {
        (_self, _address, _ballot, _times, _random, _peers) = (self, address, kept, times, random, peers);
        _heardAt = TimeSpan.MinValue;
        Role = RoleAtRest;
        PutOff(now);
    }

    /// <summary>Told of each change of role, master or state.</summary>
    public Action? Changed { get; set; }

    public DomainRole Role { get; private set; }

    public uint Term => _ballot.Term;

    public EngineId VotedFor => _ballot.VotedFor;

    public DomainState State => _ballot.State;

    /// <summary>More than half of the members have <see cref="State"/>, as far as is known here.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>The master that is heard of; null: none.</summary>
    public MasterClaim? Master => Role == DomainRole.Master ? ClaimFor(null) : _heard;

    public uint Elections { get; private set; }

    public uint MasterChanges { get; private set; }

    /// <summary>A member with worse figures waits so much longer before it stands.</summary>
    public TimeSpan Handicap { get; set; }

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public TimeSpan NextTick =>
        Role switch
        {
            DomainRole.Master => _claimAt,
            DomainRole.Candidate when _repeatAt < _deadline => _repeatAt,
            _ => _deadline,
        };

    private DomainMember? Own => State.Find(_self);

    private bool CanStand => Own is { Priority: > 0 };

    private DomainRole RoleAtRest => Own is null ? DomainRole.Joining : DomainRole.Member;

    /// <summary>What the master knows of a member; null where this is not the master, or nothing was heard yet.</summary>
    public MemberRecord? RecordOf(EngineId id) => Role == DomainRole.Master ? _records.GetValueOrDefault(id) : null;

    public void Tick(TimeSpan now)
    {
        if (Role == DomainRole.Master)
        {
            if (!HearsQuorum(now))
                StepDown(now);
            else if (now >= _claimAt)
                ClaimAll(now);
            return;
        }
        if (now < _deadline)
        {
            if (Role == DomainRole.Candidate && now >= _repeatAt)
                AskOthers(now);
            return;
        }
        if (_heard is not null)
        {
            _heard = null;
            IsSettled = false;
            Changed?.Invoke();
        }
        if (CanStand)
            Ask(VoteKind.Canvass, now);
        else
            PutOff(now);
    }

    public ElectionReply Receive(VoteRequest request, TimeSpan now)
    {
        if (request.Kind == VoteKind.Canvass)
        {
            var isWelcome = request.Term > Term && IsNear(request.Term) && IsNotOlder(request) && !HasMaster(now);
            // Who is about to vote for another does not stand against it.
            if (isWelcome && Role != DomainRole.Candidate)
                PutOff(now);
            return new(isWelcome, Term);
        }
        if (request.Term < Term || !IsNear(request.Term) || (request.Kind == VoteKind.Vote && HasMaster(now)))
            return new(false, Term);
        if (request.Term > Term)
            Enter(request.Term, now);
        if (!(_ballot.VotedFor.IsEmpty || _ballot.VotedFor == request.Candidate) || !IsNotOlder(request) || Role == DomainRole.Master)
            return new(false, Term);
        if (_ballot.VotedFor.IsEmpty)
            Keep(_ballot with { VotedFor = request.Candidate });
        PutOff(now);
        return new(true, Term);
    }

    /// <summary>The answer to what <paramref name="request"/> asked.</summary>
    public void ReceiveVote(EngineId from, VoteRequest request, ElectionReply reply, TimeSpan now)
    {
        if (reply.Term > Term && IsNear(reply.Term))
        {
            Enter(reply.Term, now);
            return;
        }
        if (Role != DomainRole.Candidate || request != _asked || State.Find(from) is null)
            return;
        if (!reply.IsGranted)
        {
            _refusals.Add(from);
            return;
        }
        _votes.Add(from);
        Count(now);
    }

    public ElectionReply Receive(MasterClaim claim, TimeSpan now)
    {
        if (claim.Term < Term || !IsNear(claim.Term) || (claim.Term == Term && Role == DomainRole.Master))
            return new(false, Term);
        if (claim.Term > Term)
            Enter(claim.Term, now);
        var isNew = _heard?.Master != claim.Master || _heard?.Term != claim.Term;
        var wasSettled = IsSettled;
        if (isNew)
            MasterChanges++;
        Role = RoleAtRest;
        (_heard, _heardAt) = (claim, now);
        _attempts = 0;
        IsSettled = claim.IsSettled && claim.Version == State.Version;
        PutOff(now);
        if (claim.Version > State.Version)
            _peers.Fetch(claim);
        else if (claim.WantsReport || isNew)
            _peers.Report(claim, State.Version);
        if (isNew || wasSettled != IsSettled)
            Changed?.Invoke();
        return new(true, Term);
    }

    /// <summary>A member's answer to a claim.</summary>
    public void ReceiveAcknowledgement(EngineId from, MasterClaim claim, ElectionReply reply, TimeSpan now)
    {
        if (reply.Term > Term && IsNear(reply.Term))
        {
            Enter(reply.Term, now);
            return;
        }
        if (Role != DomainRole.Master || claim.Term != Term || !reply.IsGranted)
            return;
        var record = RecordFor(from);
        (record.HeardAt, record.IsHeard) = (now, true);
    }

    /// <summary>A member says which state it has.</summary>
    public bool ReceiveReport(EngineId from, uint term, StateVersion version, TimeSpan now)
    {
        if (Role != DomainRole.Master || term != Term)
            return false;
        _dismissed.Remove(from);
        if (State.Find(from) is null)
            return true;
        var record = RecordFor(from);
        (record.HeardAt, record.IsHeard, record.Version) = (now, true, version);
        Settle(now);
        return true;
    }

    /// <summary>The state that was fetched from a master.</summary>
    /// <returns>False where it is another domain's, or no newer one.</returns>
    public bool Install(DomainState state, TimeSpan now)
    {
        if (Role == DomainRole.Master || state.Version <= State.Version || (State.DomainId.Length > 0 && State.DomainId != state.DomainId))
            return false;
        Keep(_ballot with { State = state });
        Role = RoleAtRest;
        IsSettled = _heard is { IsSettled: true } claim && claim.Version == state.Version;
        if (_heard is { } master)
            _peers.Report(master, state.Version);
        PutOff(now);
        Changed?.Invoke();
        return true;
    }

    /// <summary>Makes the next state, where this is the master and the state before has settled.</summary>
    /// <param name="change">Gives null where there is nothing to change.</param>
    /// <param name="isFarewell">Whoever is a member no more is told; else, should it come back, it takes itself for one and asks to be taken in.</param>
    public bool TryPropose(Func<DomainState, DomainState?> change, TimeSpan now, bool isFarewell = true)
    {
        if (Role != DomainRole.Master || !IsSettled || change(State) is not { } next)
            return false;
        foreach (var gone in State.Members.Where(each => next.Find(each.Id) is null))
        {
            if (isFarewell)
                _dismissed[gone.Id] = (gone, now + _times.Farewell);
        }
        var before = State;
        Keep(_ballot with { State = next with { Version = new(Term, State.Version.Number + 1) } });
        // A new member has the length of a lease to be heard of; what was known of it when it was one before is over.
        foreach (var member in State.Members.Where(each => before.Find(each.Id) is null))
        {
            _records[member.Id] = new() { HeardAt = now };
            _dismissed.Remove(member.Id);
        }
        IsSettled = false;
        Settle(now);
        Changed?.Invoke();
        if (Role == DomainRole.Master)
            ClaimAll(now);
        return true;
    }

    /// <summary>Founds a domain of this one member.</summary>
    public void Found(DomainState state, TimeSpan now)
    {
        if (State.Members.Length > 0)
            throw new InvalidOperationException("the domain is there already");
        Keep(_ballot with { State = state with { Version = new(Term, 1) } });
        Role = RoleAtRest;
        Ask(VoteKind.Vote, now);
    }

    /// <summary>The last member leaves: there is no domain any more.</summary>
    /// <returns>False where there are others.</returns>
    public bool Dissolve(TimeSpan now)
    {
        if (State.Members.Length != 1 || Own is null)
            return false;
        Keep(_ballot with { State = new() });
        StepDown(now);
        return true;
    }

    /// <summary>Stands at once, because the master, or a manager where there is none, wants it.</summary>
    /// <param name="term">Refused where that term is over.</param>
    public bool Stand(uint term, TimeSpan now)
    {
        if (!CanStand || Role == DomainRole.Master || term <= Term || !IsNear(term))
            return false;
        Enter(term - 1, now);
        Ask(VoteKind.Successor, now);
        return true;
    }

    /// <summary>Can that member take over? It must be heard of and have this state.</summary>
    public bool CanHandOverTo(EngineId member, TimeSpan now) =>
        Role == DomainRole.Master
        && member != _self
        && State.Find(member) is { Priority: > 0 }
        && RecordOf(member) is { IsHeard: true } record
        && record.Version == State.Version
        && now - record.HeardAt < _times.Lease;

    private void Ask(VoteKind kind, TimeSpan now)
    {
        var isChanged = Role != DomainRole.Candidate;
        Role = DomainRole.Candidate;
        _heard = null;
        IsSettled = false;
        if (kind != VoteKind.Canvass)
        {
            Elections++;
            Keep(_ballot with { Term = Term + 1, VotedFor = _self });
        }
        _asked = new(kind == VoteKind.Canvass ? Term + 1 : Term, _self, State.Version, kind);
        _votes.Clear();
        _votes.Add(_self);
        _refusals.Clear();
        _attempts++;
        PutOff(now);
        AskOthers(now);
        if (isChanged)
            Changed?.Invoke();
        Count(now);
    }

    private void AskOthers(TimeSpan now)
    {
        _repeatAt = now + _times.Repetition;
        foreach (var member in State.Members)
        {
            if (member.Id != _self && !_votes.Contains(member.Id) && !_refusals.Contains(member.Id))
                _peers.Ask(member, _asked);
        }
    }

    private void Count(TimeSpan now)
    {
        if (_votes.Count < State.Quorum)
            return;
        if (_asked.Kind == VoteKind.Canvass)
            Ask(VoteKind.Vote, now);
        else
            TakeOver(now);
    }

    private void TakeOver(TimeSpan now)
    {
        Role = DomainRole.Master;
        MasterChanges++;
        _attempts = 0;
        _records.Clear();
        _dismissed.Clear();
        // Those who voted were heard just now; the others have the length of a lease.
        foreach (var member in State.Members)
            RecordFor(member.Id).HeardAt = now;
        // The state is this term's from now on, so that no older master's can come after it.
        Keep(_ballot with { State = State with { Version = new(Term, State.Version.Number) } });
        Settle(now);
        Changed?.Invoke();
        ClaimAll(now);
    }

    private void ClaimAll(TimeSpan now)
    {
        _claimAt = now + _times.Claim;
        foreach (var member in State.Members)
        {
            if (member.Id != _self)
                _peers.Claim(member, ClaimFor(member.Id));
        }
        foreach (var (id, (member, until)) in _dismissed)
        {
            if (now < until)
                _peers.Claim(member, ClaimFor(id));
            else
                _dismissed.Remove(id);
        }
    }

    private MasterClaim ClaimFor(EngineId? member) =>
        new(Term, _self, _address, State.Version, IsSettled, member is { } id && _records.GetValueOrDefault(id)?.Version != State.Version);

    private void Settle(TimeSpan now)
    {
        if (IsSettled)
            return;
        var having = State.Members.Count(each => each.Id == _self || RecordFor(each.Id).Version == State.Version);
        if (having < State.Quorum)
            return;
        IsSettled = true;
        // A master that is no longer a member has done its last.
        if (Own is null)
            StepDown(now);
        Changed?.Invoke();
    }

    private bool HearsQuorum(TimeSpan now) =>
        State.Members.Count(each => each.Id == _self || now - RecordFor(each.Id).HeardAt < _times.Lease) >= State.Quorum;

    private bool HasMaster(TimeSpan now) => Role == DomainRole.Master ? HearsQuorum(now) : _heard is not null && now - _heardAt < _times.Lease;

    private bool IsNotOlder(VoteRequest request) => request.Version >= State.Version;

    private bool IsNear(uint term) => term <= Term || term - Term <= LongestJump;

    private void Enter(uint term, TimeSpan now)
    {
        if (term > Term)
            Keep(_ballot with { Term = term, VotedFor = default });
        StepDown(now);
    }

    private void StepDown(TimeSpan now)
    {
        var isChanged = Role is DomainRole.Master or DomainRole.Candidate || _heard is not null;
        Role = RoleAtRest;
        _heard = null;
        IsSettled = false;
        _records.Clear();
        PutOff(now);
        if (isChanged)
            Changed?.Invoke();
    }

    private MemberRecord RecordFor(EngineId id)
    {
        if (!_records.TryGetValue(id, out var record))
            _records[id] = record = new();
        return record;
    }

    private void PutOff(TimeSpan now)
    {
        // Candidates that were in each other's way come apart.
        var spread = (_times.Spread + _times.SpreadPerMember * State.Members.Length) * (1 << Math.Clamp((_attempts - 1) / 2, 0, MostDoublings));
        _deadline = now + _times.Lease + Handicap + spread * _random.NextDouble();
    }

    private void Keep(Ballot ballot)
    {
        _peers.Keep(ballot);
        _ballot = ballot;
    }
}
