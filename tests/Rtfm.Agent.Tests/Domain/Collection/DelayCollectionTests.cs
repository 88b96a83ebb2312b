using Rtfm.Agent.Flows;
using Rtfm.Model.Delay;

namespace Rtfm.Agent.Tests.Domain.Collection;

/// <summary>Delay and loss in the records of a domain whose members sample packets, read over SNMP.</summary>
[TestFixture]
public sealed class DelayCollectionTests
{
    private const string There = "10.0.0.1:1000>10.0.0.2:80 udp 100";
    private const string Back = "10.0.0.2:80>10.0.0.1:1000 udp 40";
    private const long Ms = 1_000_000;

    private DomainHarness _domain = null!;
    private long _startNs;

    [SetUp]
    public void SetUp()
    {
        _domain = new DomainHarness(3, takesSamples: true);
        _startNs = _domain.NowNs;
        _domain.ComeIn(2, 5, There);
        // This member sees the answer first: its source is the record's dest.
        _domain.ComeIn(3, 9, Back);
        _domain.GoOut(3, 9, There);
        _domain.GoOut(2, 5, Back);
    }

    [TearDown]
    public async Task TearDown() => await _domain.DisposeAsync();

    [TestCase(false)]
    [TestCase(true)]
    public async Task The_records_have_delay_and_loss_of_both_directions(bool isSerial)
    {
        _domain[2].Samples.RingLength = _domain[3].Samples.RingLength = 32;
        _domain[2].Samples.ErrorNs = 20_000;
        _domain[3].Samples.ErrorNs = 30_000;
        for (var i = 0u; i < 10; i++)
        {
            Sample(2, i * 100, i);
            // The fourth is lost; delays are 1, 2, … 10 ms.
            if (i != 3)
                Sample(3, i * 100 + i + 1, i, isReverse: true);
            Sample(3, i * 100 + 50, 100 + i);
            Sample(2, i * 100 + 57, 100 + i, isReverse: true);
        }
        _domain.Pass(30);
        await _domain.CollectAsync(isSerial);
        var (to, from) = await DelaysAsync();
        Assert.That(
            to,
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
                    ClockErrorNs = 50_000,
                }
            )
        );
        Assert.That((from.Paired, from.MeanNs, from.Lost, from.VariationNs), Is.EqualTo((10, 7 * Ms, 0, 0)));
    }

    [Test]
    public async Task A_delay_below_zero_is_read_as_one()
    {
        _domain[2].Samples.ErrorNs = _domain[3].Samples.ErrorNs = 10_000_000;
        Sample(2, 100, 1);
        Sample(3, 97, 1, isReverse: true);
        _domain.Pass(30);
        await _domain.CollectAsync();
        Assert.That((await DelaysAsync()).To.MeanNs, Is.EqualTo(-3 * Ms));
    }

    [Test]
    public async Task A_round_that_could_not_read_the_exit_loses_nothing()
    {
        Sample(2, 100, 1);
        Sample(3, 105, 1, isReverse: true);
        _domain.Pass(20);
        var life = _domain.Domain.Members[2];
        _domain.Domain.Members = _domain.Domain.Members.SetItem(2, life with { Address = "127.0.0.1:9" });
        await _domain.CollectAsync();
        Assert.That(_domain.Master.Collection.Figures.Missing, Is.EqualTo(1));
        Assert.That(await DelaysAsync(), Is.EqualTo((default(DelayStatistics), default(DelayStatistics))));
        _domain.Domain.Members = _domain.Domain.Members.SetItem(2, life);
        _domain.Pass(20);
        await _domain.CollectAsync();
        var (to, _) = await DelaysAsync();
        Assert.That((to.Paired, to.MeanNs, to.Unknown), Is.EqualTo((1, 5 * Ms, 0)));
    }

    [Test]
    public async Task Rounds_add_up_and_a_reader_sees_what_changed()
    {
        Sample(2, 100, 1);
        Sample(3, 105, 1, isReverse: true);
        _domain.Pass(20);
        await _domain.CollectAsync();
        _domain.Pass(1);
        await _domain.CollectAsync();
        var since = _domain.Master.Flows.Now + 1;
        Assert.That(await _domain.DelaysAsync(since), Is.Empty, "nothing is new");
        _startNs = _domain.NowNs;
        Sample(2, 100, 2);
        Sample(3, 109, 2, isReverse: true);
        _domain.Pass(20);
        await _domain.CollectAsync();
        var (to, _) = (await _domain.DelaysAsync(since)).Single();
        Assert.That((to.Paired, to.MeanNs), Is.EqualTo((2, 9 * Ms)));
    }

    [Test]
    public async Task What_the_exit_has_overwritten_is_unknown()
    {
        _domain[3].Samples.RingLength = 2;
        Sample(2, 100, 1);
        Sample(3, 105, 1, isReverse: true);
        for (var i = 0u; i < 3; i++)
            Sample(3, 200 + i, 50 + i);
        _domain.Pass(30);
        await _domain.CollectAsync();
        var (to, _) = await DelaysAsync();
        Assert.That((to.Unknown, to.Lost, to.Paired), Is.EqualTo((1, 0, 0)));
    }

    [Test]
    public async Task What_the_exit_says_that_it_may_have_missed_is_unknown()
    {
        Sample(2, 100, 1);
        _domain[3].Samples.AddGap(_startNs + 90 * Ms, _startNs + 110 * Ms, GapReason.CaptureLoss);
        _domain.Pass(30);
        await _domain.CollectAsync();
        var (to, _) = await DelaysAsync();
        Assert.That((to.Unknown, to.Lost), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task How_long_a_packet_may_take_is_the_masters_setting()
    {
        _domain.Master.Samples.Window = 4;
        Sample(2, 100, 1);
        Sample(3, 105, 1, isReverse: true);
        _domain.Pass(30);
        await _domain.CollectAsync();
        Assert.That((await DelaysAsync()).To.Lost, Is.EqualTo(1));
    }

    [Test]
    public async Task Where_no_rule_set_saves_samples_nobody_is_asked_for_them()
    {
        await using var domain = new DomainHarness(2);
        domain.ComeIn(2, 5, There);
        await domain.CollectAsync();
        Assert.That(domain[2].Samples.Requests, Is.Zero);
    }

    private async Task<(DelayStatistics To, DelayStatistics From)> DelaysAsync() => (await _domain.DelaysAsync()).Single();

    /// <summary>A sample of the only flow that the member has.</summary>
    private void Sample(int member, long ms, uint identity, bool isReverse = false)
    {
        FlowSnapshot flow = default;
        var agent = _domain[member];
        Assert.That(agent.Meter.Flows.Find(agent.Local)!.TryGetNext(0, default, ref flow));
        agent.Samples.Add(flow.Index, flow.FirstTime, new(_startNs + ms * Ms, 0, identity, 0, isReverse));
    }
}
