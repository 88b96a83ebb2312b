using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Domain;

/// <summary>What snmptrapd hears of a domain.</summary>
[TestFixture]
public sealed class DomainNotificationTests
{
    private const string Notifications = ".1.3.6.1.4.1.8072.9999.9999.2722.3.0";
    private const string Objects = ".1.3.6.1.4.1.8072.9999.9999.2722.3.1";

    [Test]
    public void The_master_tells_of_its_election_of_members_and_of_rule_sets()
    {
        if (!TrapReceiver.IsInstalled)
            Assert.Ignore("snmptrapd is not installed");
        using var receiver = TrapReceiver.Start();
        using var domain = TestDomain.Of(3, new DomainOptions { SilentAfter = "1s" }, receiver.EndPoint);
        Assert.That(
            receiver.WaitFor($"{Notifications}.3"),
            Does.Contain($"{Objects}.1.1.0 = STRING: \"test\"").And.Contain($"{Objects}.1.5.0 = STRING")
        );
        Assert.That(receiver.WaitFor($"{Notifications}.4", 2), Does.Contain($"{Objects}.3.1.2.13.128.0.31.136.5."));

        domain.Apply("edge", 1);
        domain.AwaitRunning("edge", 1);
        Assert.That(
            receiver.WaitFor($"{Notifications}.8"),
            Does.Contain($"{Objects}.4.1.2.2 = STRING: \"edge\"").And.Contain($"{Objects}.4.1.3.2 = Gauge32: 1")
        );

        var silent = domain.Others.First();
        silent.Stop();
        receiver.WaitFor($"{Notifications}.6");
        // One that was away when the others switched is told of, too.
        domain.Apply("edge", 2);
        domain.AwaitRunning("edge", 2);
        Assert.That(receiver.WaitFor($"{Notifications}.10"), Does.Contain("INTEGER: 6"));
        silent.Start();
        receiver.WaitFor($"{Notifications}.7");

        var leaving = domain.Others.First();
        leaving.Node.Run(now => leaving.Node.Membership.Participate(false, now));
        receiver.WaitFor($"{Notifications}.5");
    }

    [Test]
    public void A_version_that_is_given_up_is_told_with_who_refused_it()
    {
        if (!TrapReceiver.IsInstalled)
            Assert.Ignore("snmptrapd is not installed");
        using var receiver = TrapReceiver.Start();
        using var domain = TestDomain.Of(2, notify: receiver.EndPoint);
        domain.Others.Single().FillRuleSets();
        domain.Apply("edge", 1);

        Assert.That(receiver.WaitFor($"{Notifications}.9"), Does.Contain($"{Objects}.4.1.6.2 = Gauge32: 1"));
        Assert.That(receiver.WaitFor($"{Notifications}.10"), Does.Contain("INTEGER: 5"));
    }
}
