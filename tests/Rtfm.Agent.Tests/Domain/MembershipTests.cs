namespace Rtfm.Agent.Tests.Domain;

/// <summary>Whole agents on loopback: who is a member, and who is the master.</summary>
[TestFixture]
public sealed class MembershipTests
{
    [Test]
    public void Two_agents_have_a_master_within_two_seconds()
    {
        using var domain = new TestDomain();
        domain.Add([]).Start();
        domain.Add([domain[0].Address]).Start();

        Assert.That(domain.AwaitMembers(2), Is.LessThan(TimeSpan.FromSeconds(2)));
    }

    [Test]
    public void When_the_master_is_gone_another_takes_its_place_and_the_old_one_comes_back_as_a_member()
    {
        using var domain = TestDomain.Of(3);
        var old = domain.Master;
        var term = old.Node.Election.Term;
        old.Stop();

        var within = domain.AwaitMembers(3);
        TestContext.Out.WriteLine($"another master after {within.TotalMilliseconds:0} ms");
        Assert.That(domain.Master.Node.Election.Term, Is.GreaterThan(term));

        old.Start();
        domain.AwaitMembers(3);
        Assert.That(old.IsMaster, Is.False);
    }

    [Test]
    public void A_minority_has_no_master()
    {
        using var domain = TestDomain.Of(3);
        var others = domain.Others.ToList();
        foreach (var other in others)
            other.Stop();

        TestDomain.Await(() => !domain.Running.Single().IsMaster);
        Assert.That(domain.Running.Single().MasterAddress, Is.Empty);

        others[0].Start();
        domain.AwaitMembers(3);
    }

    [Test]
    public void A_fresh_agent_joins_through_any_member()
    {
        using var domain = TestDomain.Of(2);
        domain.Add([domain.Others.First().Address]).Start();

        domain.AwaitMembers(3);
        Assert.That(domain.Master.State.Members.Select(each => each.Number), Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public void A_member_that_leaves_stays_out_until_it_is_told_to_take_part()
    {
        using var domain = TestDomain.Of(3);
        var leaving = domain.Others.First();
        leaving.Node.Run(now => leaving.Node.Membership.Participate(false, now));
        domain.AwaitMembers(2);

        leaving.Stop();
        leaving.Start();
        Assert.That(leaving.Node.File.Record.HasLeft, Is.True);
        Assert.That(domain.Master.State.Members, Has.Length.EqualTo(2));

        leaving.Node.Run(now => leaving.Node.Membership.Participate(true, now));
        domain.AwaitMembers(3);
    }

    [Test]
    public void A_master_that_leaves_has_a_successor()
    {
        using var domain = TestDomain.Of(3);
        var leaving = domain.Master;
        leaving.Node.Run(now => leaving.Node.Membership.Participate(false, now));

        TestDomain.Await(() => domain.Running.Any(each => each.IsMaster && each != leaving && each.State.Members.Length == 2));
        TestDomain.Await(() => !leaving.IsMaster);
    }

    [Test]
    public void A_removed_member_learns_it_and_stays_out()
    {
        using var domain = TestDomain.Of(3);
        var removed = domain.Others.First();
        Assert.That(domain.Master.Node.Run(now => domain.Master.Node.Membership.Remove(removed.Node.Self, now)), Is.True);

        TestDomain.Await(() => removed.Node.File.Record.HasLeft && !removed.Node.IsMember);
    }

    [Test]
    public void A_silent_member_is_called_so_and_taken_out_and_joins_again_when_it_is_back()
    {
        using var domain = TestDomain.Of(3, new DomainOptions { SilentAfter = "1s", RemoveAfter = "2s" });
        var silent = domain.Others.First();
        var self = silent.Node.Self;
        silent.Stop();

        TestDomain.Await(() => domain.Master.Node.Run(_ => domain.Master.Node.Membership.IsSilent(self)));
        domain.AwaitMembers(2);
        // No farewell for one that was away: it takes itself for a member, hears of no master, and asks.
        silent.Start();
        domain.AwaitMembers(3);
    }

    [Test]
    public void Who_has_another_password_is_not_let_in()
    {
        using var domain = TestDomain.Of(2);
        var stranger = domain.Add([domain[0].Address], Path.Combine(Path.GetDirectoryName(domain.Credentials)!, "wrong.conf"));
        var before = domain[0].State.Version;
        stranger.Start();
        // Another that is let in shows that there was time enough.
        domain.Add([domain[0].Address]).Start();

        TestDomain.Await(() => domain[0].State.Members.Length == 3);
        Assert.That(domain[0].State.Find(stranger.Node.Self), Is.Null);
        Assert.That(stranger.State.Members, Is.Empty);
    }

    [Test]
    public void Who_is_of_a_domain_of_another_name_is_not_let_in()
    {
        using var domain = TestDomain.Of(2);
        var stranger = domain.Add([domain[0].Address], name: "other");
        stranger.Start();
        domain.Add([domain[0].Address]).Start();

        TestDomain.Await(() => domain[0].State.Members.Length == 3);
        Assert.That(stranger.State.Members, Is.Empty);
    }

    [Test]
    public void The_master_hands_over_to_the_member_that_is_named()
    {
        using var domain = TestDomain.Of(3);
        var next = domain.Others.Last();
        Assert.That(domain.Master.Node.Run(now => domain.Master.Node.HandOver(next.Node.Self, now)), Is.True);

        TestDomain.Await(() => next.IsMaster);
        domain.AwaitMembers(3);
    }

    [Test]
    public void Five_members_that_all_stop_are_a_domain_again_when_they_start()
    {
        using var domain = TestDomain.Of(5);
        var id = domain.Master.State.DomainId;
        var members = domain.Running.ToList();
        foreach (var member in members)
            member.Stop();
        foreach (var member in members)
            member.Start();

        domain.AwaitMembers(5);
        Assert.That(domain.Master.State.DomainId, Is.EqualTo(id));
    }

    [Test]
    public void Settings_for_another_domain_than_the_state_s_are_refused()
    {
        using var domain = TestDomain.Of(1);
        var folder = domain[0].Folder;
        domain[0].Stop();
        using var other = new TestMember(folder, domain.Credentials, "other", new DomainOptions(), []);

        Assert.That(other.Start, Throws.TypeOf<SettingsException>().With.Message.Contains("domain.json"));
    }

    [Test]
    public void A_new_priority_is_kept_and_told_to_the_others()
    {
        using var domain = TestDomain.Of(2);
        var member = domain.Others.Single();
        member.Node.Run(now => member.Node.Membership.SetPriority(7, now));

        TestDomain.Await(() => domain.Running.All(each => each.State.Find(member.Node.Self)!.Priority == 7));
    }
}
