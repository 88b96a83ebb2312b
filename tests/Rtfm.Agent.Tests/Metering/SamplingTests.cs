using Rtfm.Agent.Capture;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Tests.Mib;
using Rtfm.Agent.Tests.Packets;
using Rtfm.Snmp.Ber;

namespace Rtfm.Agent.Tests.Metering;

/// <summary>flowInterfaceTable: sample rates, and packets that never reached the meter (RFC 2720 §4).</summary>
[TestFixture]
public sealed unsafe class SamplingTests
{
    private const string SampleRate = "1.3.6.1.2.1.40.1.2.1.1.1";
    private const string LostPackets = "1.3.6.1.2.1.40.1.2.1.2.1";

    [Test]
    public void MIB_45_one_packet_in_so_many_is_metered_and_not_every_so_manyth([Values(1, 4)] int threads)
    {
        const int Sent = 100_000;
        using var meter = Meter(threads);
        meter.Good(MeterHarness.Set(SampleRate, 10));
        var metered = new List<int>();
        for (var sent = 0; sent < Sent; sent += 100)
        {
            var before = Seen(meter);
            Send(meter, ifIndex: 1, packets: 100, thread: sent / 100 % threads);
            metered.Add((int)(Seen(meter) - before));
        }
        Assert.That(Seen(meter) + meter.Meter.SampledOut, Is.EqualTo((ulong)Sent));
        // Six standard deviations.
        Assert.That((int)Seen(meter), Is.InRange(Sent / 10 - 570, Sent / 10 + 570));
        Assert.That(metered.Distinct().Count(), Is.GreaterThan(5), "chosen at random");
    }

    [Test]
    public void MIB_45_rates_are_the_interface_s_own_and_zero_is_none()
    {
        using var meter = Meter();
        meter.Good(MeterHarness.Set(SampleRate, 0));
        Send(meter, ifIndex: 1, packets: 100);
        Assert.That((Seen(meter), meter.Meter.SampledOut), Is.EqualTo((0, 100)));
        Send(meter, ifIndex: 2, packets: 50);
        Assert.That((Seen(meter), meter.Meter.SampledOut), Is.EqualTo((50, 100)));
        meter.Good(MeterHarness.Set(SampleRate, 1));
        Send(meter, ifIndex: 1, packets: 100);
        Assert.That((Seen(meter), meter.Meter.SampledOut), Is.EqualTo((150, 100)));
    }

    [Test]
    public void MIB_46_lost_packets_are_those_of_interface_kernel_and_file_and_not_those_left_out()
    {
        using var meter = Meter();
        var source = new MeteredSource(1, "test", isFile: false, rings: 2);
        meter.Meter.Attach([source, new MeteredSource(2, "other")]);
        meter.Good(MeterHarness.Set(SampleRate, 0));
        Send(meter, ifIndex: 1, packets: 100);
        Assert.That(meter.Snmp.Get(LostPackets).Value.Number, Is.Zero);

        // Each ring tells what the interface dropped, and what it dropped itself.
        source.Update(new SourceCounters(Received: 60, LostByInterface: 3, LostByKernel: 10, Damaged: 0), ring: 0);
        source.Update(new SourceCounters(Received: 40, LostByInterface: 3, LostByKernel: 20, Damaged: 1), ring: 1);
        Assert.That(meter.Snmp.Get(LostPackets).Value.Number, Is.EqualTo(34));

        source.Close();
        Assert.That(meter.Snmp.Get(LostPackets).Value.Number, Is.EqualTo(34), "lost is lost");
        source.Update(new SourceCounters(1, 0, 5, 0), ring: 1);
        Assert.That(meter.Snmp.Get(LostPackets).Value.Number, Is.EqualTo(39));
        Assert.That(source.Counters, Is.EqualTo(new SourceCounters(101, 3, 35, 1)));
    }

    [Test]
    public void MIB_46_lost_packets_roll_over_as_a_counter_of_32_bits()
    {
        using var meter = Meter();
        var source = new MeteredSource(1, "test");
        meter.Meter.Attach([source]);
        source.Update(new SourceCounters(0, 0, (1ul << 32) + 7, 0));
        Assert.That(meter.Snmp.Get(LostPackets).Value.Tag, Is.EqualTo(BerTag.Counter32));
        Assert.That(meter.Snmp.Get(LostPackets).Value.Number, Is.EqualTo(7));
    }

    [Test]
    public void An_interface_that_was_made_anew_keeps_its_sample_rate_and_may_take_the_number_of_another()
    {
        using var meter = Meter();
        var (one, other) = (new MeteredSource(1, "test"), new MeteredSource(2, "other"));
        var before = meter.Meter.Current;
        Assert.That(meter.Meter.TryReplace(before, before with { Interfaces = before.Interfaces.With(2, new MeteringPoint(2, "other")) }));
        meter.Meter.Attach([one, other]);
        meter.Good(MeterHarness.Set(SampleRate, 10), MeterHarness.Set("1.3.6.1.2.1.40.1.2.1.1.2", 20));

        meter.Meter.Renumber(one, 2);
        meter.Meter.Renumber(other, 7);

        Assert.That(
            meter.Meter.Current.Interfaces.Select(each => (each.Key, each.Value.IfIndex, each.Value.Name, each.Value.SampleRate)),
            Is.EqualTo([(2u, 2u, "test", 10), (7u, 7u, "other", 20)])
        );
        Assert.That((one.IfIndex, other.IfIndex), Is.EqualTo((2u, 7u)));
    }

    private static MeterHarness Meter(int threads = 1)
    {
        var meter = new MeterHarness(threads: threads);
        meter.Run(2, "1 - GotoAct 2; 2 SPA/32=0 CountPkt");
        return meter;
    }

    private static ulong Seen(MeterHarness meter) => meter.Meter.Running[0].Seen;

    private static void Send(MeterHarness meter, int ifIndex, int packets, int thread = 0)
    {
        var frame = Frames.Ethernet(0x0800, Frames.IPv4(17, Frames.Ports(1, 2)));
        fixed (byte* octets = frame)
        {
            var batch = new PacketBatch();
            for (var i = 0; i < packets; i++)
            {
                batch.Add() = new CapturedPacket
                {
                    Data = octets,
                    CapturedLength = frame.Length,
                    WireLength = frame.Length,
                    Interface = ifIndex,
                    LinkType = LinkType.Ethernet,
                };
            }
            meter.Meter.Process(batch, thread);
        }
    }
}
