using Rtfm.Agent.Domain;
using Rtfm.Agent.Domain.Election;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Agent.Tests.Domain;

/// <summary>What a master knows of a member that it has just taken in.</summary>
[TestFixture]
public sealed class NewMemberTests
{
    private static readonly EngineId Self = new([0x80, 0, 0, 0, 1]);
    private static readonly EngineId Other = new([0x80, 0, 0, 0, 2]);
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(5);

    private readonly ElectionTimes _times = new();
    private MasterElection _election = null!;

    [SetUp]
    public void Found()
    {
        _election = new(Self, "a:1", new Ballot(), _times, new Random(1), new Deaf(), TimeSpan.Zero);
        _election.Found(new DomainState().With(new DomainMember(Self, "a:1", "a", 100)), TimeSpan.Zero);
    }

    [Test]
    public void A_master_waits_a_lease_for_a_new_member_before_it_gives_up()
    {
        Assert.That(_election.TryPropose(state => state.With(new DomainMember(Other, "b:1", "b", 100)), Later), Is.True);

        _election.Tick(Later + _times.Lease / 2);
        Assert.That(_election.Role, Is.EqualTo(DomainRole.Master));

        _election.Tick(Later + _times.Lease);
        Assert.That(_election.Role, Is.EqualTo(DomainRole.Member));
    }

    [Test]
    public void What_was_known_of_a_member_that_went_is_forgotten_when_it_is_one_again()
    {
        var member = new DomainMember(Other, "b:1", "b", 100);
        _election.TryPropose(state => state.With(member), Later);
        _election.ReceiveReport(Other, _election.Term, _election.State.Version, Later);
        _election.TryPropose(state => state.Without(Other), Later);
        _election.TryPropose(state => state.With(member), 2 * Later);

        Assert.That(_election.RecordOf(Other)!.Version, Is.Null);
        Assert.That(_election.RecordOf(Other)!.HeardAt, Is.EqualTo(2 * Later));
    }

    /// <summary>Nobody hears and nothing is kept.</summary>
    private sealed class Deaf : IElectionPeers
    {
        public void Keep(Ballot ballot) { }

        public void Ask(DomainMember member, VoteRequest request) { }

        public void Claim(DomainMember member, MasterClaim claim) { }

        public void Report(MasterClaim to, StateVersion version) { }

        public void Fetch(MasterClaim from) { }
    }
}
