using Rtfm.Model;

namespace Rtfm.Agent.Tests.Domain;

/// <summary>Whole agents on loopback: a rule set is applied at the master, and all run it.</summary>
[TestFixture]
public sealed class DistributionTests
{
    private const string Name = "edge";

    [Test]
    public void A_rule_set_runs_at_all_members()
    {
        using var domain = TestDomain.Of(3);
        Assert.That(domain.Apply(Name, 1), Is.True);

        domain.AwaitRunning(Name, 1);
        Assert.That(domain.Master.State.FindRuleSet(Name)!.Active, Is.EqualTo(1));
    }

    [Test]
    public void The_version_before_is_kept_and_can_be_gone_back_to()
    {
        using var domain = TestDomain.Of(3);
        domain.Apply(Name, 1);
        domain.AwaitRunning(Name, 1);
        AwaitSettled(domain);
        Assert.That(domain.Apply(Name, 2), Is.True);
        domain.AwaitRunning(Name, 2);
        AwaitSettled(domain);

        Assert.That(domain.Master.Node.Run(now => domain.Master.Node.Activate(Name, 1, now)), Is.True);
        domain.AwaitRunning(Name, 1);
    }

    [Test]
    public void A_removed_rule_set_runs_nowhere_and_is_nowhere()
    {
        using var domain = TestDomain.Of(2);
        domain.Apply(Name, 1);
        domain.AwaitRunning(Name, 1);
        AwaitSettled(domain);

        Assert.That(domain.Master.Node.Run(now => domain.Master.Node.Activate(Name, 0, now)), Is.True);
        TestDomain.Await(() => domain.Running.All(each => each.Node.RuleSets.Loaded.IsEmpty));
    }

    [Test]
    public void What_a_member_has_no_room_for_is_given_up_and_all_go_on_as_before()
    {
        using var domain = TestDomain.Of(3);
        domain.Apply(Name, 1);
        domain.AwaitRunning(Name, 1);
        domain.Others.First().FillRuleSets();
        AwaitSettled(domain);

        Assert.That(domain.Apply(Name, 2), Is.True);
        TestDomain.Await(() => domain.Running.All(each => each.State.FindRuleSet(Name) is { Refused: 2, Wanted: 0, Active: 1 }));
        domain.AwaitRunning(Name, 1);
    }

    [Test]
    public void What_is_forced_runs_at_those_who_can()
    {
        using var domain = TestDomain.Of(3);
        var full = domain.Others.First();
        full.FillRuleSets();

        Assert.That(domain.Apply(Name, 1, isForced: true), Is.True);
        TestDomain.Await(() => domain.Running.Where(each => each != full).All(each => TestDomain.RunningVersions(each, Name).SequenceEqual([1u])));
        Assert.That(TestDomain.RunningVersions(full, Name), Is.Empty);
    }

    [Test]
    public void A_member_that_was_away_gets_it_when_it_is_back()
    {
        using var domain = TestDomain.Of(3);
        var away = domain.Others.First();
        away.Stop();
        TestDomain.Await(() => domain.Master.State.Members.Length == 3);
        AwaitSettled(domain);
        Assert.That(domain.Apply(Name, 1), Is.True);
        domain.AwaitRunning(Name, 1);

        away.Start();
        domain.AwaitRunning(Name, 1);
    }

    [Test]
    public void A_fresh_member_gets_what_the_others_run()
    {
        using var domain = TestDomain.Of(2);
        domain.Apply(Name, 1);
        domain.AwaitRunning(Name, 1);

        domain.Add([domain[0].Address]).Start();
        domain.AwaitMembers(3);
        domain.AwaitRunning(Name, 1);
    }

    [Test]
    public void A_master_that_was_away_when_it_came_gets_it_from_a_member()
    {
        using var domain = TestDomain.Of(3);
        var away = domain.Others.First();
        away.Stop();
        AwaitSettled(domain);
        domain.Apply(Name, 1);
        domain.AwaitRunning(Name, 1);
        away.Start();
        domain.AwaitMembers(3);
        away.Node.Run(now => away.Node.Election.Stand(away.Node.Election.Term + 1, now));

        TestDomain.Await(() => away.IsMaster);
        domain.AwaitRunning(Name, 1);
    }

    [TestCase(1u, Description = "not newer")]
    [TestCase(0u, Description = "no version")]
    public void A_version_that_is_not_newer_is_refused(uint version)
    {
        using var domain = TestDomain.Of(1);
        domain.Apply(Name, 1);
        domain.AwaitRunning(Name, 1);
        var number = domain.Master.Meter.Current.RuleSets.First(each => each.Value.Name == DomainMib.NameOf(Name, 1)).Value.Number;

        Assert.That(domain.Master.Node.Run(now => domain.Master.Node.Apply(Name, version, number, false, now)), Is.False);
    }

    private static void AwaitSettled(TestDomain domain) => TestDomain.Await(() => domain.Master.Node.Run(_ => domain.Master.Node.Election.IsSettled));
}
