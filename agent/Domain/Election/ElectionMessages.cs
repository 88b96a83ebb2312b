using Rtfm.Snmp.Configuration;

namespace Rtfm.Agent.Domain.Election;

/// <summary>What a candidate asks the others (RTFM-DOMAIN-MIB rtfmDomainVoteTerm …).</summary>
/// <param name="Term">The term that it stands for.</param>
/// <param name="Version">Of its state: who has a newer one does not vote for it.</param>
internal readonly record struct VoteRequest(uint Term, EngineId Candidate, StateVersion Version, VoteKind Kind);

/// <summary>rtfmDomainVoteKind.</summary>
internal enum VoteKind
{
    /// <summary>Would you vote for me? Nothing comes of the answer: a member that was cut off does not disturb a domain that has a master.</summary>
    Canvass = 1,
    Vote = 2,

    /// <summary>The master itself wants the candidate elected.</summary>
    Successor = 3,
}

/// <summary>What the master says to each member, again and again (rtfmDomainClaimTerm …).</summary>
/// <param name="IsSettled">More than half of the members have that version.</param>
/// <param name="WantsReport">The master does not know what this member has.</param>
internal readonly record struct MasterClaim(uint Term, EngineId Master, string Address, StateVersion Version, bool IsSettled, bool WantsReport);

/// <summary>What one says to a request or claim.</summary>
/// <param name="IsGranted">A vote for the candidate; the master is acknowledged.</param>
/// <param name="Term">Of the one who answers.</param>
internal readonly record struct ElectionReply(bool IsGranted, uint Term);

/// <summary>What must outlive the process before anything is answered: a vote is not given twice in a term.</summary>
internal sealed record Ballot
{
    public uint Term { get; init; }

    /// <summary>Empty: nobody yet in this term.</summary>
    public EngineId VotedFor { get; init; }

    public DomainState State { get; init; } = new();
}

/// <summary>The others, as an election reaches them. No call waits; answers come back as calls of <see cref="MasterElection"/>.</summary>
internal interface IElectionPeers
{
    /// <summary>Keeps the ballot; when this returns it survives a crash.</summary>
    void Keep(Ballot ballot);

    void Ask(DomainMember member, VoteRequest request);

    void Claim(DomainMember member, MasterClaim claim);

    /// <summary>Tells the master what this member has.</summary>
    void Report(MasterClaim to, StateVersion version);

    /// <summary>Reads the state that the master has.</summary>
    void Fetch(MasterClaim from);
}
