using Rtfm.Agent.Delay;
using Rtfm.Agent.Domain.Collection.Delay;
using Rtfm.Agent.Packets;
using Rtfm.Agent.Tests.Matching;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Notifications;

namespace Rtfm.Agent.Tests.Domain.Collection;

/// <summary>Notifications of flows whose delay or loss passes a limit, and of their return.</summary>
[TestFixture]
public sealed class DelayLimitTests
{
    private const string There = "10.0.0.1:1000>10.0.0.2:80 udp 100";
    private const long Ms = 1_000_000;

    private readonly List<Notification> _told = [];
    private DomainHarness _domain = null!;
    private uint _packets;

    [SetUp]
    public void SetUp()
    {
        _domain = new DomainHarness(3, "domain-delay.srl");
        _domain.Pass(30);
        _told.Clear();
    }

    [TearDown]
    public async Task TearDown() => await _domain.DisposeAsync();

    [Test]
    public async Task A_delay_above_the_limit_for_a_time_is_told_once_and_its_return_too()
    {
        var watch = Watch(new DelayLimit("", 10 * Ms, null, TimeSpan.FromSeconds(45)));
        foreach (var delay in (int[])[5, 20, 20, 20, 20, 5, 5, 5])
            await RoundAsync(watch, delay, lost: 0);

        Assert.That(Kinds(), Is.EqualTo(new[] { DelayMib.Notification.TooLong, DelayMib.Notification.ShortAgain }));
        Assert.That(Values(_told[0]), Is.EqualTo("edge 1 10.0.0.1:1000 10.0.0.2:80 2 3 20000000 10000000"));
    }

    [Test]
    public async Task A_delay_above_the_limit_for_less_is_not_told()
    {
        var watch = Watch(new DelayLimit("", 10 * Ms, null, TimeSpan.FromSeconds(45)));
        foreach (var delay in (int[])[20, 5, 20, 5, 20, 5])
            await RoundAsync(watch, delay, lost: 0);

        Assert.That(_told, Is.Empty);
    }

    [Test]
    public async Task Loss_above_the_limit_is_told_in_samples_of_a_million()
    {
        var watch = Watch(new DelayLimit("edge", null, 0.1, TimeSpan.Zero));
        await RoundAsync(watch, 5, lost: 0);
        await RoundAsync(watch, 5, lost: 10);
        await RoundAsync(watch, 5, lost: 0);

        Assert.That(Kinds(), Is.EqualTo(new[] { DelayMib.Notification.LossTooHigh, DelayMib.Notification.LossLowAgain }));
        Assert.That(Values(_told[0]), Does.EndWith(" 250000 100000"));
    }

    [Test]
    public async Task A_limit_of_another_rule_set_is_none_of_this_one()
    {
        var watch = Watch(new DelayLimit("other", 1 * Ms, 0, TimeSpan.Zero));
        await RoundAsync(watch, 50, lost: 10);

        Assert.That(_told, Is.Empty);
    }

    private DelayLimitWatch Watch(DelayLimit limit) => new([limit], _domain.Master.Flows, _domain.Clock, _told.Add);

    /// <summary>Half a minute with 40 samples, of which some are lost, and their collection.</summary>
    private async Task RoundAsync(DelayLimitWatch watch, int delayMs, int lost)
    {
        for (var i = 0; i < 40; i++)
        {
            var at = _domain.NowNs + i * 250 * Ms;
            Send(2, at, ++_packets, isOut: false);
            if (i % 4 != 0 || i / 4 >= lost)
                Send(3, at + delayMs * Ms, _packets, isOut: true);
            // A ring has room for sixteen.
            if (i % 10 == 9)
                await _domain.CollectAsync();
        }
        _domain.Pass(30);
        await _domain.CollectAsync();
        watch.Look([_domain.Domain.Collected]);
    }

    private uint[] Kinds() => [.. _told.Select(each => each.Id.Span[^1])];

    private static string Values(Notification told) =>
        string.Join(' ', told.Objects.Take(8).Select(each => each.Value.Octets.IsEmpty ? $"{each.Value.Number}" : each.Value.Text));

    private void Send(int member, long timeNs, uint identity, bool isOut)
    {
        var key = FlowHarness.Packet(There);
        (key.TimeNs, key.Identity) = (timeNs, identity);
        (key.Source.Interface, key.Dest.Interface) = isOut ? ((byte)0, (byte)5) : ((byte)5, (byte)0);
        _domain[member].Meter.Process(new ReadOnlySpan<MatchKey>(in key));
    }
}
