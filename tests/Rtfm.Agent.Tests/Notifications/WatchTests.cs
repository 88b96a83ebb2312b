using Rtfm.Agent.Capture;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Mib.Host;
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

    [SetUp]
    public void Begin() => _told.Clear();

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
    public void A_link_that_goes_down_and_up_is_told_of_with_its_status() =>
        NetworkNamespace.Run(() =>
        {
            var clock = new FakeClock();
            var links = new Links(clock, () => 0);
            var index = IndexOf("a");
            using (new LinkWatch(links, _told.Add))
            {
                Assert.That(links.AreChangesNotified);
                Await(OperStatus.Up);
                NetworkNamespace.Ip("link set dev a down");
                Await(OperStatus.Down);
                NetworkNamespace.Ip("link set dev a up");
                Await(OperStatus.Up);
            }
            Assert.That(links.AreChangesNotified, Is.False);

            // Before it the interface may have come up, and its peer changes with it.
            var ofA = _told.Where(each => each.Objects[0].Value.Signed == index).SkipWhile(each => each.Id == Notification.LinkUp).ToArray();
            Assert.That(ofA.Select(each => each.Id), Is.EqualTo([Notification.LinkDown, Notification.LinkUp]));
            Assert.That(
                ofA[0].Objects.Select(each => each.ToString()),
                Is.EqualTo([
                    $"1.3.6.1.2.1.2.2.1.1.{index} = Integer: {index}",
                    $"1.3.6.1.2.1.2.2.1.7.{index} = Integer: 2",
                    $"1.3.6.1.2.1.2.2.1.8.{index} = Integer: 2",
                ])
            );

            // The kernel tells of a carrier up to a second later.
            void Await(OperStatus status)
            {
                var isSo = SpinWait.SpinUntil(
                    () =>
                    {
                        clock.Advance(Links.Freshness);
                        return StatusOf("a") == status;
                    },
                    TimeSpan.FromSeconds(10)
                );
                Assert.That(isSo, $"a did not become {status}");
            }

            OperStatus StatusOf(string name) => links.Current.Rows.ToArray().Single(each => each.Name == name).Status;

            int IndexOf(string name) => links.Current.Rows.ToArray().Single(each => each.Name == name).Index;
        });

    [TestCase("Up", "Down", true)]
    [TestCase("LowerLayerDown", "Down", true)]
    [TestCase("Down", "Up", false)]
    [TestCase("Down", "Dormant", false)]
    public void A_way_into_down_is_linkDown_and_one_out_of_it_linkUp(string before, string after, bool isDown) =>
        Assert.That(
            LinkWatch.TypeOf(Enum.Parse<OperStatus>(before), Enum.Parse<OperStatus>(after)),
            Is.EqualTo(isDown ? Notification.LinkDown : Notification.LinkUp)
        );

    [TestCase("Up", "LowerLayerDown")]
    [TestCase("Up", "Dormant")]
    [TestCase("Down", "NotPresent")]
    [TestCase("NotPresent", "Down")]
    [TestCase("Down", "Down")]
    public void Other_ways_are_not_told_of(string before, string after) =>
        Assert.That(LinkWatch.TypeOf(Enum.Parse<OperStatus>(before), Enum.Parse<OperStatus>(after)), Is.Null);

    [Test]
    public void A_link_that_comes_or_goes_has_not_changed() =>
        NetworkNamespace.Run(() =>
        {
            var clock = new FakeClock();
            var links = new Links(clock, () => 0);
            using var watch = new LinkWatch(links, _told.Add);
            Look();
            NetworkNamespace.Ip("link add c type veth peer name d");
            Look();
            NetworkNamespace.Ip("link del c");
            Look();

            Assert.That(_told, Is.Empty);

            void Look()
            {
                clock.Advance(Links.Freshness);
                _ = links.Current;
            }
        });

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
}
