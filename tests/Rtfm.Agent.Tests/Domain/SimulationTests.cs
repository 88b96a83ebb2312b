using Rtfm.Agent.Domain.Election;
using Rtfm.Domain.Simulation;

namespace Rtfm.Agent.Tests.Domain;

/// <summary>The election and the distribution of rule sets, whatever the network and the members do; <c>./rtfm bench domain</c> tries more.</summary>
[TestFixture]
public sealed class SimulationTests
{
    [Test]
    public void A_term_has_one_master_nothing_settled_is_lost_and_all_ends_well_whatever_fails([Range(0, 3)] int part)
    {
        for (var seed = 100 * part; seed < 100 * (part + 1); seed++)
        {
            var result = new RandomScenario(seed, 1 + seed % 15, steps: 40).Run();
            Assert.That(result.Faults, Is.Empty, $"seed {seed}");
        }
    }

    [Test]
    public void Another_master_is_there_within_two_seconds_of_the_master_s_death()
    {
        var domain = new SimulatedDomain(seed: 1, members: 20);
        domain.FormAtOnce();
        for (var i = 0; i < 9; i++)
        {
            Assert.That(
                domain.RunUntil(() => domain.Masters.Any(each => each.Election!.IsSettled), TimeSpan.FromSeconds(i == 0 ? 3 : 2)),
                $"master {i}"
            );
            domain.Masters.Single().Crash();
        }
    }

    [Test]
    public void The_smaller_part_of_a_domain_has_no_master_and_the_larger_one_has()
    {
        var domain = new SimulatedDomain(seed: 2, members: 5);
        domain.FormAtOnce();
        domain.RunUntil(() => domain.Masters.Any(), TimeSpan.FromSeconds(5));
        var master = domain.Masters.Single();
        // The master and another one on one side.
        foreach (var member in domain.Members)
            domain.Network.Parts[member.Number] = member == master || member.Number == (master.Number + 1) % 5 ? 1 : 0;

        domain.Run(TimeSpan.FromSeconds(5));

        Assert.That(domain.Masters.Single(), Is.Not.SameAs(master));
        Assert.That(domain.Network.Parts[domain.Masters.Single().Number], Is.Zero);
    }

    [Test]
    public void A_member_that_was_cut_off_does_not_disturb_the_master_when_it_is_back()
    {
        var domain = new SimulatedDomain(seed: 3, members: 5);
        domain.FormAtOnce();
        domain.RunUntil(() => domain.Masters.Any(), TimeSpan.FromSeconds(5));
        var master = domain.Masters.Single();
        var term = master.Election!.Term;
        domain.Network.Parts[(master.Number + 1) % 5] = 1;
        domain.Run(TimeSpan.FromSeconds(60));
        Array.Clear(domain.Network.Parts);
        domain.Run(TimeSpan.FromSeconds(10));

        Assert.That(domain.Masters, Is.EqualTo([master]));
        Assert.That(master.Election.Term, Is.EqualTo(term));
    }

    [Test]
    public void The_master_hands_over_within_a_moment()
    {
        var domain = new SimulatedDomain(seed: 4, members: 5);
        domain.FormAtOnce();
        domain.RunUntil(() => domain.Masters.Any(each => each.Election!.IsSettled), TimeSpan.FromSeconds(5));
        var master = domain.Masters.Single();
        domain.Run(TimeSpan.FromSeconds(1));
        var next = domain.Members[(master.Number + 1) % 5];
        Assert.That(master.Election!.CanHandOverTo(next.Id, domain.Network.Now));

        next.Stand(master.Election.Term + 1);
        domain.Run(TimeSpan.FromMilliseconds(200));

        Assert.That(domain.Masters, Is.EqualTo([next]));
    }

    [Test]
    public void A_version_that_a_member_refuses_is_given_up_and_runs_nowhere()
    {
        var domain = new SimulatedDomain(seed: 5, members: 5);
        domain.FormAtOnce();
        domain.RunUntil(() => domain.Masters.Any(each => each.Election!.IsSettled), TimeSpan.FromSeconds(5));
        var master = domain.Masters.Single();
        domain.Run(TimeSpan.FromSeconds(1));
        domain.Members[(master.Number + 1) % 5].IsFull = true;

        Assert.That(master.Apply("rules", 1));
        domain.Run(TimeSpan.FromSeconds(5));

        var ruleSet = master.Election!.State.FindRuleSet("rules")!;
        Assert.That((ruleSet.Active, ruleSet.Wanted, ruleSet.Refused), Is.EqualTo((0u, 0u, 1u)));
        Assert.That(domain.Members.Any(each => each.Runs("rules", 1)), Is.False);
    }

    [Test]
    public void All_members_switch_to_a_version_together()
    {
        var domain = new SimulatedDomain(seed: 6, members: 30);
        domain.FormAtOnce();
        domain.RunUntil(() => domain.Masters.Any(each => each.Election!.IsSettled), TimeSpan.FromSeconds(5));
        domain.Run(TimeSpan.FromSeconds(1));
        domain.Masters.Single().Apply("rules", 1);
        Assert.That(domain.RunUntil(() => domain.Members.Any(each => each.Runs("rules", 1)), TimeSpan.FromSeconds(5)));
        var first = domain.Network.Now;
        Assert.That(domain.RunUntil(() => domain.Members.All(each => each.Runs("rules", 1)), TimeSpan.FromSeconds(5)));

        Assert.That(domain.Network.Now - first, Is.LessThan(TimeSpan.FromMilliseconds(500)));
    }

    [Test]
    public void A_term_far_ahead_uses_nobody_s_terms_up()
    {
        var domain = new SimulatedDomain(seed: 7, members: 3);
        domain.FormAtOnce();
        domain.RunUntil(() => domain.Masters.Any(), TimeSpan.FromSeconds(5));
        var master = domain.Masters.Single();
        var request = new VoteRequest(uint.MaxValue - 1, domain.Members[0].Id, new(uint.MaxValue, 1), VoteKind.Successor);

        Assert.That(master.Election!.Receive(request, domain.Network.Now).IsGranted, Is.False);
        Assert.That(master.Election.Role, Is.EqualTo(DomainRole.Master));
    }
}
