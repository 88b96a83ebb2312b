using Rtfm.Agent.Capture;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Notifications;
using Rtfm.Agent.Tests.Mib;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Notifications;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Notifications;

/// <summary>What is found by looking once a second.</summary>
[TestFixture]
public sealed class WatchTests
{
    private readonly List<Notification> _told = [];
    private string _folder = "";

    [SetUp]
    public void Begin()
    {
        _told.Clear();
        _folder = Directory.CreateTempSubdirectory("rtfm-links-").FullName;
    }

    [TearDown]
    public void End() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Packets_that_get_lost_are_told_of_once_until_none_was_lost_for_a_minute()
    {
        using var meter = new MeterHarness();
        var clock = new FakeClock();
        var source = new MeteredSource(1, "eth0");
        meter.Meter.Attach([source]);
        var watch = new CaptureLossWatch(meter.Meter, clock, _told.Add);

        Lose(0);
        Lose(5);
        Lose(7);
        Assert.That(Numbers, Is.EqualTo([9u]));
        clock.Advance(CaptureLossWatch.Calm - TimeSpan.FromSeconds(1));
        Lose(8);
        clock.Advance(CaptureLossWatch.Calm - TimeSpan.FromSeconds(1));
        Lose(8);
        Assert.That(Numbers, Is.EqualTo([9u]));
        clock.Advance(TimeSpan.FromSeconds(1));
        Lose(8);
        Lose(8);
        Assert.That(Numbers, Is.EqualTo([9u, 10u]));
        Lose(10);

        Assert.That(Numbers, Is.EqualTo([9u, 10u, 9u]));
        // So many in the second before, in all, and in the second before once more.
        Assert.That(_told.Select(each => each.Objects[2].Value.Number), Is.EqualTo([5ul, 8ul, 2ul]));
        Assert.That(_told[0].Objects.Select(each => each.Value.ToString()), Is.EqualTo(["5", Convert.ToHexString("eth0"u8), "5"]));

        void Lose(ulong inAll)
        {
            source.Update(new SourceCounters(100, LostByInterface: 0, inAll, Damaged: 0));
            watch.Look();
        }
    }

    [Test]
    public void A_link_that_goes_down_and_up_is_told_of_with_its_status()
    {
        var watch = new LinkWatch(_told.Add, _folder);
        Link("eth0", 2, "0x1003", "up");
        Link("lo", 1, "0x9", "unknown", carrier: "1");
        watch.Look();
        watch.Look();
        Assert.That(_told, Is.Empty);

        Link("eth0", 2, "0x1003", "down");
        watch.Look();
        Link("eth0", 2, "0x1003", "up");
        watch.Look();
        Link("eth0", 2, "0x1002", "down");
        watch.Look();

        Assert.That(_told.Select(each => each.Id), Is.EqualTo([Notification.LinkDown, Notification.LinkUp, Notification.LinkDown]));
        Assert.That(
            _told[0].Objects.Select(each => each.ToString()),
            Is.EqualTo(["1.3.6.1.2.1.2.2.1.1.2 = Integer: 2", "1.3.6.1.2.1.2.2.1.7.2 = Integer: 1", "1.3.6.1.2.1.2.2.1.8.2 = Integer: 2"])
        );
        Assert.That(_told[2].Objects[1].Value.Signed, Is.EqualTo(2), "taken down by an operator");
    }

    [TestCase("up", "lowerlayerdown")]
    [TestCase("up", "dormant")]
    [TestCase("down", "notpresent")]
    [TestCase("notpresent", "down")]
    public void Only_changes_to_and_from_down_are_told_of(string before, string after)
    {
        var watch = new LinkWatch(_told.Add, _folder);
        Link("eth0", 2, "0x1003", before);
        watch.Look();
        Link("eth0", 2, "0x1003", after);
        watch.Look();

        Assert.That(_told, Is.Empty);
    }

    [Test]
    public void A_link_that_comes_or_goes_has_not_changed()
    {
        var watch = new LinkWatch(_told.Add, _folder);
        watch.Look();
        Link("eth0", 2, "0x1003", "down");
        watch.Look();
        Directory.Delete(Path.Combine(_folder, "eth0"), recursive: true);
        watch.Look();

        Assert.That(_told, Is.Empty);
    }

    [Test]
    public void The_links_of_this_machine_can_be_read()
    {
        var watch = new LinkWatch(_told.Add);

        Assert.That(watch.Look, Throws.Nothing);
    }

    [Test]
    public void Failed_authentications_are_told_of_once_a_look_where_that_is_allowed()
    {
        var counters = new SnmpCounters();
        var configuration = new SnmpConfiguration();
        var watch = new AuthenticationWatch(counters, () => configuration, _told.Add);

        counters.InBadCommunityNames++;
        watch.Look();
        Assert.That(_told, Is.Empty);
        configuration = configuration with { AuthenticationTraps = true };
        watch.Look();
        Assert.That(_told, Is.Empty, "what happened before was not to be told");
        counters.InBadCommunityNames++;
        counters.AuthenticationFailures += 2;
        watch.Look();
        watch.Look();

        Assert.That(_told.Select(each => each.Id), Is.EqualTo([Notification.AuthenticationFailure]));
    }

    [Test]
    public void A_complaint_that_repeats_is_passed_on_once_a_minute_with_its_number()
    {
        var clock = new FakeClock();
        var said = new List<string>();
        var complaints = new Complaints(clock, (target, reason, more) => said.Add($"{target} {reason} {more}"));

        complaints.Add("a", "away");
        complaints.Add("a", "away");
        complaints.Add("b", "away");
        complaints.Add("a", "away");
        clock.Advance(TimeSpan.FromMinutes(1));
        complaints.Add("a", "still away");

        Assert.That(said, Is.EqualTo(["a away 0", "b away 0", "a still away 2"]));
    }

    private IEnumerable<uint> Numbers => _told.Select(each => each.Id.Span[^1]);

    private void Link(string name, int index, string flags, string state, string carrier = "")
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, "ifindex"), $"{index}\n");
        File.WriteAllText(Path.Combine(path, "flags"), flags + "\n");
        File.WriteAllText(Path.Combine(path, "operstate"), state + "\n");
        File.WriteAllText(Path.Combine(path, "carrier"), carrier + "\n");
    }
}
