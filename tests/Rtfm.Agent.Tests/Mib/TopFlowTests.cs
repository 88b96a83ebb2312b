using Rtfm.Agent.Mib;
using Rtfm.Agent.Tests.Matching;
using Rtfm.Snmp.Ber;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Mib;

/// <summary>rtfmTopFlowTable: who is busiest, since the look before.</summary>
[TestFixture]
public sealed class TopFlowTests
{
    private const string Objects = "1.3.6.1.4.1.8072.9999.9999.2722.2.1";
    private const string Table = Objects + ".10.1";
    private const string FiveTuple =
        "1 SPT/8=1 PushRuleTo 3; 2 - Ignore; 3 DPT/8=1 PushRuleToAct 4; 4 SPA/32=0 PushPktToAct 5; 5 DPA/32=0 PushPktToAct 6; 6 STT/8=0 PushPktToAct 7; 7 DTT/8=0 PushPktToAct 8; 8 STA/16=0 PushPktToAct 9; 9 DTA/16=0 CountPkt";

    private MeterHarness _meter = null!;

    /// <summary>Rule set 2 with a flow of 1,000 octets and one of 50, at Uptime 10,000.</summary>
    [SetUp]
    public void MakeFlows()
    {
        _meter = new MeterHarness();
        _meter.Now = 9_000;
        _meter.Run(2, FiveTuple);
        _meter.Send("A:1025>B:80 600", "B:80>A:1025 400", "A:4000>B:53 udp 50");
        _meter.Now = 10_000;
    }

    [TearDown]
    public void Stop() => _meter.Dispose();

    [Test]
    public void The_first_look_ranks_flows_by_what_they_counted_since_they_began()
    {
        Assert.That(Descriptions(), Has.Count.EqualTo(2));
        Assert.That(Number($"{Table}.11.2.1"), Is.EqualTo(1_000));
        Assert.That(Number($"{Table}.12.2.1"), Is.EqualTo(2));
        Assert.That(Number($"{Table}.13.2.1"), Is.EqualTo(100), "1,000 octets in 10 s");
        Assert.That(Number($"{Table}.13.2.2"), Is.EqualTo(5));
        Assert.That(Number(Objects + ".11.0"), Is.EqualTo(10_000));
        Assert.That(Number(Objects + ".12.0"), Is.Zero, "there was no look before");
    }

    [Test]
    public void A_row_tells_who_talked_to_whom()
    {
        var addresses = (Text($"{Table}.5.2.1"), Text($"{Table}.7.2.1"));
        Assert.That(addresses.Item1, Has.Length.EqualTo(4));
        Assert.That(Number($"{Table}.4.2.1"), Is.EqualTo(1), "ipv4");
        Assert.That(Number($"{Table}.8.2.1"), Is.EqualTo(6));
        Assert.That(Number($"{Table}.9.2.1"), Is.EqualTo(1025));
        Assert.That(Number($"{Table}.10.2.1"), Is.EqualTo(80));
        Assert.That(
            Descriptions()[0],
            Is.EqualTo($"tcp {new System.Net.IPAddress(addresses.Item1)}:1025 > {new System.Net.IPAddress(addresses.Item2)}:80")
        );
        Assert.That(Descriptions()[1], Does.StartWith("udp "));
    }

    [Test]
    public void Later_looks_rank_by_what_was_counted_between_them()
    {
        Descriptions();
        _meter.Now = 12_000;
        _meter.Send("A:4000>B:53 udp 200", "A:4000>B:53 udp 200", "A:1025>B:80 100");
        _meter.Now = 14_000;

        Assert.That(Descriptions()[0], Does.StartWith("udp "));
        Assert.That(Number($"{Table}.11.2.1"), Is.EqualTo(450), "all that it ever counted");
        Assert.That(Number($"{Table}.13.2.1"), Is.EqualTo(10), "400 octets in 40 s");
        Assert.That(Number($"{Table}.13.2.2"), Is.EqualTo(2), "100 octets in 40 s");
        Assert.That(Number(Objects + ".12.0"), Is.EqualTo(4_000));
    }

    [Test]
    public void Flows_that_were_idle_are_not_there_and_those_that_wake_count_what_is_new()
    {
        Descriptions();
        _meter.Now = 12_000;
        Assert.That(Descriptions(), Is.Empty);
        _meter.Now = 13_000;
        _meter.Send("A:1025>B:80 100");
        _meter.Now = 14_000;
        Assert.That(Descriptions(), Has.Count.EqualTo(1));
        Assert.That(Number($"{Table}.13.2.1"), Is.EqualTo(5), "100 octets in 20 s, not 1,100");
    }

    [Test]
    public void A_flow_idle_at_the_first_look_counts_what_is_new_when_it_wakes()
    {
        _meter.Now = 60_000;
        Assert.That(Descriptions(), Is.Empty, "idle for minutes");
        _meter.Now = 61_000;
        _meter.Send("A:1025>B:80 100");
        _meter.Now = 62_000;
        Assert.That(Descriptions(), Has.Count.EqualTo(1));
        Assert.That(Number($"{Table}.13.2.1"), Is.EqualTo(5));
    }

    [Test]
    public void A_flow_in_a_row_that_another_had_counts_all_of_its_own()
    {
        Descriptions();
        _meter.Meter.Flows.Find(2)!.Recover(new(10_000), 100, null, 1_000);
        _meter.Now = 12_000;
        _meter.Send("A:7000>B:443 5000");
        _meter.Now = 14_000;
        Assert.That(Number($"{Table}.2.2.1"), Is.LessThanOrEqualTo(2), "the row is used again");
        Assert.That(Number($"{Table}.13.2.1"), Is.EqualTo(125), "5,000 octets in 40 s");
    }

    [Test]
    public void No_more_than_20_flows_of_a_rule_set_are_ranked_and_those_are_the_busiest()
    {
        for (var i = 1; i <= 1_000; i++)
            _meter.Send($"A:{i}>B:443 {100 + i * 7 % 1_000}");
        Assert.That(Descriptions(), Has.Count.EqualTo(20));
        var octets = Enumerable.Range(1, 20).Select(rank => Number($"{Table}.11.2.{rank}")).ToList();
        var busiest = Enumerable.Range(1, 1_000).Select(i => 100L + i * 7 % 1_000).Append(1_000).OrderDescending().Take(20);
        Assert.That(octets, Is.EqualTo(busiest));
    }

    [Test]
    public void Rates_of_a_rule_set_are_of_all_its_flows()
    {
        Assert.That(Number(Objects + ".3.1.9.2"), Is.EqualTo(10), "1,050 octets in 100 s");
        _meter.Now = 12_000;
        _meter.Send("A:4000>B:53 udp 200", "A:1025>B:80 100");
        _meter.Now = 13_000;
        Assert.That(Number(Objects + ".3.1.9.2"), Is.EqualTo(10), "300 octets in 30 s");
        Assert.That(Number(Objects + ".3.1.10.2"), Is.Zero, "2 packets in 30 s");
    }

    [Test]
    public void Within_10_seconds_the_table_stays_as_it_is()
    {
        Descriptions();
        _meter.Now = 10_999;
        _meter.Send("A:4000>B:53 udp 5000");
        Assert.That(Descriptions()[0], Does.StartWith("tcp "));
        _meter.Now = 11_000;
        Assert.That(Descriptions()[0], Does.StartWith("udp "));
    }

    [Test]
    public void Looks_while_packets_are_metered_find_rates_that_go_down_the_ranks()
    {
        using var stop = new CancellationTokenSource();
        var packets = Enumerable.Range(1, 500).Select(i => FlowHarness.Packet($"A:{i}>B:443 {100 + i}")).ToArray();
        var metering = new Thread(() =>
        {
            var random = new Random(3);
            while (!stop.IsCancellationRequested)
            {
                _meter.Meter.Process([packets[random.Next(packets.Length)], packets[^1]]);
                _meter.Meter.Flows.Find(2)!.Recover(new(_meter.Meter.Now), 1_500, null, 100);
            }
        });
        metering.Start();
        var clock = new FakeClock();
        using var top = new TopFlows(_meter.Meter, clock, patience: TimeSpan.FromSeconds(30));
        var ranked = 0;
        try
        {
            for (var now = 11_000u; now < 41_000; now += 1_000)
            {
                _meter.Now = now;
                clock.Advance(TopFlows.Freshness);
                var look = top.Latest;
                var flows = look.Flows.Rows.ToArray();
                ranked += flows.Length;
                // At the first look each flow's rate is over its own life.
                if (look.Interval > 0)
                    Assert.That(flows.Select(each => each.OctetRate), Is.Ordered.Descending);
            }
        }
        finally
        {
            stop.Cancel();
            metering.Join();
        }
        Assert.That(ranked, Is.Positive);
    }

    private List<string> Descriptions()
    {
        var found = new List<string>();
        for (var next = _meter.Snmp.GetNext($"{Table}.3"); next.Name.ToString().StartsWith($"{Table}.3.", StringComparison.Ordinal); )
        {
            found.Add(next.Value.Text);
            next = _meter.Snmp.GetNext(next.Name.ToString());
        }
        return found;
    }

    private long Number(string name)
    {
        var value = _meter.Snmp.Get(name).Value;
        Assert.That(value.Tag, Is.Not.EqualTo(BerTag.NoSuchInstance), name);
        return (long)value.Number;
    }

    private byte[] Text(string name) => _meter.Snmp.Get(name).Value.Octets.ToArray();
}
