using Rtfm.Agent.Packets;
using Rtfm.Agent.Tests.Matching;
using Rtfm.Control.Reading;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Messages;

namespace Rtfm.Agent.Tests.Domain.Collection;

/// <summary>Delay and loss in the records of a domain whose members sample packets, read over SNMP: the master reckons, or members do.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class DelayCollectionTests(bool areDistributed)
{
    private const string There = "10.0.0.1:1000>10.0.0.2:80 udp 100";
    private const string Back = "10.0.0.2:80>10.0.0.1:1000 udp 40";
    private const long Ms = 1_000_000;

    private DomainHarness _domain = null!;
    private long _startNs;

    [SetUp]
    public void SetUp()
    {
        _domain = new DomainHarness(3, "domain-delay.srl") { AreDelaysDistributed = areDistributed };
        // Before it began, a member knows nothing.
        _domain.Pass(30);
        _startNs = _domain.NowNs;
    }

    [TearDown]
    public async Task TearDown() => await _domain.DisposeAsync();

    [TestCase(false)]
    [TestCase(true)]
    public async Task The_records_have_delay_and_loss_of_both_directions(bool isSerial)
    {
        for (var i = 0u; i < 10; i++)
        {
            // This member sees the answer first: its source is the record's dest. Back it takes 7 ms.
            ComeIn(3, i * 100 + 50, 101 + i, Back);
            GoOut(2, i * 100 + 57, 101 + i, Back);
            ComeIn(2, i * 100, 1 + i, There);
            // The fourth is lost; delays are 1, 2, … 10 ms.
            if (i != 3)
                GoOut(3, i * 100 + i + 1, 1 + i, There);
        }
        _domain.Pass(30);
        await _domain.CollectAsync(isSerial);
        var (to, from) = await DelaysAsync();
        Assert.That(
            to with
            {
                ClockErrorNs = 0,
            },
            Is.EqualTo(
                new DelayStatistics
                {
                    Paired = 9,
                    Expected = 10,
                    Lost = 1,
                    MeanNs = 5_666_667,
                    MinimumNs = 1 * Ms,
                    MaximumNs = 10 * Ms,
                    MedianNs = 6 * Ms,
                    Percentile95Ns = 10 * Ms,
                    Percentile99Ns = 10 * Ms,
                    VariationNs = 9 * Ms / 8,
                }
            )
        );
        Assert.That(to.ClockErrorNs, Is.Positive, "of the machine's own clock, twice");
        Assert.That((from.Paired, from.MeanNs, from.Lost, from.VariationNs), Is.EqualTo((10, 7 * Ms, 0, 0)));
    }

    [Test]
    public async Task A_delay_below_zero_is_read_as_one()
    {
        ComeIn(2, 100, 1, There);
        GoOut(3, 97, 1, There);
        _domain.Pass(30);
        await _domain.CollectAsync();
        var (to, _) = await DelaysAsync();
        // What the machine's clock is good for decides whether that can be.
        Assert.That((to.MeanNs, to.Paired, to.Negative), Is.EqualTo((-3 * Ms, 1, 0)).Or.EqualTo((0, 0, 1)));
    }

    [Test]
    public async Task A_round_that_could_not_read_the_exit_loses_nothing()
    {
        ComeIn(2, 100, 1, There);
        GoOut(3, 105, 1, There);
        _domain.Pass(20);
        var there = _domain.Domain.Members[2];
        _domain.Domain.Members = _domain.Domain.Members.SetItem(2, there with { Address = "127.0.0.1:9" });
        await _domain.CollectAsync();
        Assert.That(_domain.Master.Collection.Figures.Missing, Is.EqualTo(1));
        Assert.That(await DelaysAsync(), Is.EqualTo((default(DelayStatistics), default(DelayStatistics))));
        _domain.Domain.Members = _domain.Domain.Members.SetItem(2, there);
        _domain.Pass(20);
        await _domain.CollectAsync();
        var (to, _) = await DelaysAsync();
        Assert.That((to.Paired, to.MeanNs, to.Unknown), Is.EqualTo((1, 5 * Ms, 0)));
    }

    [Test]
    public async Task Rounds_add_up_and_a_reader_sees_what_changed()
    {
        ComeIn(2, 100, 1, There);
        GoOut(3, 105, 1, There);
        _domain.Pass(20);
        await _domain.CollectAsync();
        _domain.Pass(1);
        await _domain.CollectAsync();
        var since = _domain.Master.Flows.Now + 1;
        Assert.That(await _domain.DelaysAsync(since), Is.Empty, "nothing is new");
        _startNs = _domain.NowNs;
        ComeIn(2, 100, 2, There);
        GoOut(3, 109, 2, There);
        _domain.Pass(20);
        await _domain.CollectAsync();
        var (to, _) = (await _domain.DelaysAsync(since)).Single();
        Assert.That((to.Paired, to.MeanNs), Is.EqualTo((2, 9 * Ms)));
    }

    [Test]
    public async Task What_the_exit_has_overwritten_is_unknown()
    {
        ComeIn(2, 100, 1, There);
        GoOut(3, 105, 1, There);
        for (var i = 0u; i < SamplePackage.MostSamples; i++)
            GoOut(3, 200 + i, 50 + i, There);
        _domain.Pass(30);
        await _domain.CollectAsync();
        var (to, _) = await DelaysAsync();
        Assert.That((to.Unknown, to.Lost, to.Paired), Is.EqualTo((1, 0, 0)));
    }

    [Test]
    public async Task What_a_member_did_not_see_since_it_was_started_anew_is_unknown()
    {
        ComeIn(2, 100, 1, There);
        GoOut(3, 105, 1, There);
        _domain.Pass(20);
        await _domain.CollectAsync();
        _startNs = _domain.NowNs;
        ComeIn(2, 100, 2, There);
        GoOut(3, 105, 2, There);
        _domain.Pass(1);
        _domain.Restart(3);
        ComeIn(2, 40_000, 3, There);
        GoOut(3, 40_005, 3, There);
        _domain.Pass(60);
        await _domain.CollectAsync();
        var (to, _) = await DelaysAsync();
        Assert.That((to.Paired, to.Unknown, to.Lost), Is.EqualTo((2, 1, 0)));
    }

    [Test]
    public async Task How_long_a_packet_may_take_is_the_masters_setting()
    {
        var session = new SnmpMeterSession(_domain.Client, _domain.Master.Target);
        await session.SetAsync([new(new([.. DelayMib.Control, DelayMib.ControlObject.Window, 0]), SnmpValue.Unsigned32(4))], CancellationToken.None);
        ComeIn(2, 100, 1, There);
        GoOut(3, 105, 1, There);
        _domain.Pass(30);
        await _domain.CollectAsync();
        Assert.That((await DelaysAsync()).To.Lost, Is.EqualTo(1));
    }

    private async Task<(DelayStatistics To, DelayStatistics From)> DelaysAsync() => (await _domain.DelaysAsync()).Single();

    private void ComeIn(int member, long ms, uint identity, string packet) => Send(member, ms, identity, packet, isOut: false);

    private void GoOut(int member, long ms, uint identity, string packet) => Send(member, ms, identity, packet, isOut: true);

    /// <summary>A packet whose key all levels select.</summary>
    private void Send(int member, long ms, uint identity, string packet, bool isOut)
    {
        var key = FlowHarness.Packet(packet);
        (key.TimeNs, key.Identity) = (_startNs + ms * Ms, identity);
        (key.Source.Interface, key.Dest.Interface) = isOut ? ((byte)0, (byte)5) : ((byte)5, (byte)0);
        _domain[member].Meter.Process(new ReadOnlySpan<MatchKey>(in key));
    }
}
