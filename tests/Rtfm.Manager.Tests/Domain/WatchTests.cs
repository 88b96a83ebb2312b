using System.Net;
using Rtfm.Manager.Commands.Domain;
using Rtfm.Manager.Tests.Control;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Notifications;
using Rtfm.Testing;

namespace Rtfm.Manager.Tests.Domain;

/// <summary><c>domain watch</c> and a real agent: what it tells comes as informs, once each, and the watch leaves nothing behind.</summary>
[TestFixture]
public sealed class WatchTests
{
    private const int Trap = 1;
    private const int Inform = 2;
    private const string Told = "ruleSetActivated";

    private WatchedAgent _agent = null!;
    private string _state = "";

    [OneTimeSetUp]
    public void Start()
    {
        _agent = new WatchedAgent();
        _state = Directory.CreateTempSubdirectory("rtfm-watch-").FullName;
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _agent?.Dispose();
        if (_state.Length > 0)
            Directory.Delete(_state, recursive: true);
    }

    [TestCase(true, Description = "user of SNMPv3")]
    [TestCase(false, Description = "community")]
    public void An_inform_whose_acknowledgement_is_lost_is_one_event(bool isUser)
    {
        using var watch = Watch(_agent, isUser);
        var there = _agent.WatchAddress();
        Assert.That(UdpDomain.TryRead(UdpDomain.Write(new IPEndPoint(IPAddress.Loopback, 1)).Domain, there.Value.Octets, out var listening), Is.True);
        var acknowledgements = 0;
        using var proxy = new UdpProxy(listening!, answer => IsAcknowledgement(answer) && ++acknowledgements == 1 ? null : answer);
        _agent.Set(there with { Value = SnmpValue.OctetString(UdpDomain.Write(proxy.EndPoint).Address) });

        _agent.Tell();

        Assert.That(() => acknowledgements, Is.GreaterThanOrEqualTo(2).After(20_000, 50), "it is told again, and that is acknowledged, too");
        Assert.That(watch.Interrupt(), Is.Zero);
        Assert.That(watch.Events(Told), Has.Length.EqualTo(1));
    }

    [Test]
    public void When_it_ends_nothing_of_it_is_left()
    {
        var before = _agent.Rows();
        using var watch = Watch(_agent);
        Assert.That(_agent.NotifyTypesOfWatches(), Is.EqualTo(new[] { Inform }));
        Assert.That(_agent.Rows(), Has.Some.Contains("1.3.6.1.6.3.15.1.2.2.1.13").And.Length.GreaterThan(before.Length));

        Assert.That(watch.Interrupt(), Is.Zero);

        Assert.That(_agent.Rows(), Is.EqualTo(before));
    }

    [Test]
    public void What_a_dead_one_left_goes_with_the_next()
    {
        var before = _agent.Rows();
        using (var dead = Watch(_agent))
            dead.Kill();
        var left = _agent.WatchAddress();

        using (var next = new WatchProcess(_state, [_agent.Address, "--credentials", _agent.Writer]))
        {
            Assert.That(() => _agent.WatchAddressOrNone(), Is.Not.Null.And.Not.EqualTo(left).After(20_000, 50), "the rows are the next one's");
            _agent.Tell();
            Assert.That(() => next.Events(Told), Has.Length.EqualTo(1).After(20_000, 50));
            next.Interrupt();
        }

        Assert.That(_agent.Rows(), Is.EqualTo(before));
    }

    [Test]
    public void A_member_that_does_not_take_the_users_keys_sends_traps_which_is_said_once()
    {
        using var agent = new WatchedAgent();
        agent.ForbidUsers();
        using var watch = Watch(agent);
        Assert.That(agent.NotifyTypesOfWatches(), Is.EqualTo(new[] { Trap }));

        agent.Tell();

        Assert.That(() => watch.Events(Told), Has.Length.EqualTo(1).After(20_000, 50));
        watch.Interrupt();
        Assert.That(watch.Events("watch"), Is.EqualTo(new[] { "sends traps, not informs: it does not take our user's keys: noAccess" }));
        Assert.That(agent.NotifyTypesOfWatches(), Is.Empty);
    }

    [Test]
    public void Ctrl_C_gives_the_terminal_back_and_takes_the_registration_away()
    {
        if (!Terminal.IsInstalled)
            Assert.Ignore("util-linux's script is not installed");
        var before = _agent.Rows();
        using var terminal = new Terminal(60, 20, _state, "domain", "watch", _agent.Address, "--credentials", _agent.Writer);
        Assert.That(() => terminal.Output, Does.Contain("Members").After(20_000, 50));
        _agent.Tell();
        Assert.That(() => terminal.Output, Does.Contain(Told).After(20_000, 50));

        Assert.That(terminal.CtrlC(), Is.Zero);

        // The other screen, without a cursor; then back, with it, and what was seen last is there to read.
        Assert.That(terminal.Output, Does.Match(@"(?s)\e\[\?1049h\e\[\?25l.*\e\[\?25h\e\[\?1049l[^\e]*Members[^\e]*ruleSetActivated"));
        Assert.That(_agent.Rows(), Is.EqualTo(before));
        var longest = terminal
            .Output.Split('\n')
            .Max(line => System.Text.RegularExpressions.Regex.Replace(line, @"\e\[[?\d]*[A-Za-z]|\e[=>]|\r", "").Length);
        Assert.That(longest, Is.LessThanOrEqualTo(60));
    }

    [Test]
    public void The_next_watch_is_the_same_engine_started_once_more()
    {
        var folder = Path.Combine(_state, "engine");
        using var first = WatchIdentity.Open(folder);
        using var beside = WatchIdentity.Open(folder);
        Assert.That(beside.Engine.Id, Is.Not.EqualTo(first.Engine.Id));

        first.Dispose();
        using var next = WatchIdentity.Open(folder);

        Assert.That((next.Engine.Id, next.Engine.Boots), Is.EqualTo((first.Engine.Id, first.Engine.Boots + 1)));
    }

    [Test]
    public void A_file_of_the_engine_that_cannot_be_read_makes_another_engine()
    {
        var folder = Path.Combine(_state, "broken");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "watch-1.engine"), "80001F88 what");

        using var identity = WatchIdentity.Open(folder);

        Assert.That((identity.Engine.Id.Octets.Length, identity.Engine.Boots), Is.EqualTo((13, 1)));
    }

    private WatchProcess Watch(WatchedAgent agent, bool isUser = true)
    {
        string[] credentials = isUser ? ["--credentials", agent.Writer] : ["-c", AgentProcess.WriteCommunity];
        var watch = new WatchProcess(_state, [agent.Address, .. credentials]);
        Assert.That(agent.NotifyTypesOfWatches, Is.Not.Empty.After(20_000, 50), "the watch registers");
        return watch;
    }

    /// <summary>Whatever a watch answers to SNMPv2c; with SNMPv3, what it encrypts (RFC 3412 §6.4): its Reports are not.</summary>
    private static bool IsAcknowledgement(byte[] message)
    {
        if (message.AsSpan().IndexOf(new byte[] { 0x02, 0x01, 0x01 }) is >= 0 and < 6)
            return true;
        for (var i = 0; i + 5 < message.Length; i++)
        {
            // msgFlags, then msgSecurityModel 3.
            if (message.AsSpan(i) is [0x04, 0x01, var flags, 0x02, 0x01, 0x03, ..])
                return (flags & 0x02) != 0;
        }
        return false;
    }
}
