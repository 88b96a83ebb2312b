using Rtfm.Agent.Capture;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Domain.Collection;

/// <summary>One capture replayed at two members, at the second of them later: what was shifted is what is read.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class ReplayedDelayTests(bool areDistributed)
{
    private const long DelayNs = 12_600_000;
    private const int ClientSide = 2;
    private const int ServerSide = 3;

    [TestCase("edge.pcap")]
    [TestCase("vlan.pcap")]
    [TestCase("ipv6.pcap")]
    [TestCase("fragments.pcap")]
    public async Task Every_delay_is_the_shift_and_nothing_is_lost(string capture)
    {
        await using var domain = await ReplayAsync(capture, _ => false);
        await AllAreTheShift(domain);
    }

    [TestCase("edge.pcap")]
    [TestCase("ipv6.pcap")]
    public async Task A_VLAN_on_one_side_alone_changes_nothing(string capture)
    {
        await using var domain = await ReplayAsync(capture, _ => false, exitVlan: 100);
        await AllAreTheShift(domain);
    }

    private static async Task AllAreTheShift(DomainHarness domain)
    {
        var all = (await domain.DelaysAsync()).SelectMany(each => new[] { each.To, each.From }).Where(each => each.Paired > 0).ToList();
        Assert.That(all, Is.Not.Empty);
        foreach (var each in all)
        {
            Assert.That(
                (each.MeanNs, each.MinimumNs, each.MaximumNs, each.MedianNs, each.Percentile99Ns, each.VariationNs),
                Is.EqualTo((DelayNs, DelayNs, DelayNs, DelayNs, DelayNs, 0))
            );
            Assert.That((each.Lost, each.Unknown, each.Negative, each.Unpaired), Is.EqualTo((0, 0, 0, 0)));
        }
    }

    [Test]
    public async Task What_is_left_out_at_the_second_member_is_lost()
    {
        await using var domain = await ReplayAsync("edge.pcap", number => number % 5 == 0);
        var all = (await domain.DelaysAsync()).SelectMany(each => new[] { each.To, each.From }).ToList();
        var (expected, lost) = (all.Sum(each => (double)each.Expected), all.Sum(each => (double)each.Lost));
        Assert.That(lost, Is.Positive);
        Assert.That(lost / expected, Is.EqualTo(0.2).Within(4 * Math.Sqrt(0.2 * 0.8 / expected)));
        Assert.That(all.Where(each => each.Paired > 0).Select(each => each.MaximumNs), Is.All.EqualTo(DelayNs));
    }

    /// <param name="isLost">Whether a packet, by its number, is lost on its way between the two.</param>
    /// <param name="exitVlan">The VLAN that packets are in where they go out, as the kernel tells it; 0: in none.</param>
    private async Task<DomainHarness> ReplayAsync(string capture, Func<int, bool> isLost, ushort exitVlan = 0)
    {
        var domain = new DomainHarness(3, "domain-delay.srl") { AreDelaysDistributed = areDistributed };
        domain.Pass(30);
        using var source = CaptureFile.Open(Path.Combine(Repository.Captures, capture));
        var batch = new PacketBatch();
        byte[]? client = null;
        var (number, firstNs, startNs) = (0, 0L, domain.NowNs);
        while (source.Read(batch) is var state && batch.Count > 0)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                // Whoever sent the first packet is the client; the addresses of the link say which way others go.
                var from = batch[i].Captured[6..12];
                client ??= from.ToArray();
                firstNs = firstNs == 0 ? batch[i].TimeNs : firstNs;
                var (isForward, time) = (from.SequenceEqual(client), startNs + batch[i].TimeNs - firstNs);
                var (entry, exit) = isForward ? (ClientSide, ServerSide) : (ServerSide, ClientSide);
                Send(domain[entry], batch[i], time, PacketDirection.In);
                if (!isLost(number++))
                    Send(domain[exit], batch[i], time + DelayNs, PacketDirection.Out, exitVlan);
            }
            if (state == SourceState.Ended)
                break;
        }
        domain.Pass(120);
        await domain.CollectAsync();
        return domain;
    }

    private static void Send(DomainAgent member, CapturedPacket packet, long timeNs, PacketDirection direction, ushort vlan = 0)
    {
        var one = new PacketBatch(1);
        (packet.TimeNs, packet.Direction, packet.Interface) = (timeNs, direction, 5);
        if (vlan != 0)
            (packet.VlanTpid, packet.VlanTci) = (0x8100, vlan);
        one.Add() = packet;
        member.Meter.Process(one);
    }
}
