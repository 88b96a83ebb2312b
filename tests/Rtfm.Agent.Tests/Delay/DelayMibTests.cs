using Microsoft.Extensions.Logging.Abstractions;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Delay.Hashing;
using Rtfm.Agent.Delay.Mib;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Tests.Mib;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Srl;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Delay;

/// <summary>RTFM-DELAY-MIB, asked over SNMP messages of a meter that samples.</summary>
[TestFixture]
public sealed class DelayMibTests
{
    private const string Root = "1.3.6.1.4.1.8072.9999.9999.2722.4.1";
    private const string Program = "SAVE SourcePeerAddress; SAVE DestPeerAddress; SAVE DelaySamples; COUNT;";

    private FakeClock _clock = null!;
    private long _realNs;
    private TrafficMeter _meter = null!;
    private DelayWatch _watch = null!;
    private MibWalker _snmp = null!;

    private long NowNs => (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    [SetUp]
    public void StartMeter()
    {
        _clock = new();
        var rules = SrlCompiler.Compile(Program, "test").RuleSet!;
        var configuration = MeterConfiguration.Initial with
        {
            RuleSets = SortedRows<LoadedRuleSet>.Empty.With(2, LoadedRuleSet.From(2, rules, "test")),
            Tasks = SortedRows<MeterTask>.Empty.With(2, new MeterTask { Status = RowStatus.Active, CurrentRuleSet = 2 }),
        };
        DelaySetup setup = new(new() { IntervalMs = 1_000, RingLength = 8 }, -500);
        _meter = new(new FlowTable(100), [new PacketProcessor()], configuration, _clock, NullLogger<TrafficMeter>.Instance, delay: setup);
        _realNs = 0;
        _watch = new(_meter, _clock, NullLogger.Instance, new ClockSteps(() => (_realNs, 0)));
        _snmp = new MibWalker(new MibTree(new DelayModule(_meter, _watch).Providers));
    }

    [TearDown]
    public void StopMeter()
    {
        _watch.Dispose();
        _meter.Dispose();
    }

    [Test]
    public void Control_shows_the_settings() =>
        Assert.That(
            Enumerable
                .Range(1, 7)
                .Select(each => _snmp.Get($"{Root}.1.{each}.0").Value)
                .Select(each => each.Tag == BerTag.OctetString ? each.Text : each.ToString()),
            Is.EqualTo(new[] { "1000", "5000", "1", "0", "28", "8", "-500" })
        );

    [Test]
    public void What_is_set_is_in_force_and_lasts()
    {
        Assert.That(_snmp.Set(Unsigned("1.1.0", 500), Number("1.3.0", 3), Unsigned("1.4.0", 77)), Is.EqualTo((ErrorStatus.NoError, 0)));

        var expected = new DelayControl
        {
            RingLength = 8,
            IntervalMs = 500,
            HashFunction = HashFunction.Crc,
            Seed = 77,
        };
        Assert.That(_meter.Current.Delay, Is.EqualTo(expected));
        Assert.That(new MeterState().With(_meter.Current).ToConfiguration([]).Delay, Is.EqualTo(expected));
        Assert.That(_snmp.Get($"{Root}.1.1.0").Value.Number, Is.EqualTo(500));
    }

    [TestCase("1.1.0", 9u)]
    [TestCase("1.1.0", 60_001u)]
    [TestCase("1.2.0", 0u)]
    [TestCase("1.5.0", 65u)]
    [TestCase("1.6.0", 3u)]
    [TestCase("1.6.0", 257u)]
    public void What_makes_no_sense_cannot_be_set(string name, uint value) =>
        Assert.That(_snmp.Set(Unsigned(name, value)), Is.EqualTo((ErrorStatus.WrongValue, 1)));

    [Test]
    public void A_function_that_there_is_not_cannot_be_set() => Assert.That(_snmp.Set(Number("1.3.0", 4)), Is.EqualTo((ErrorStatus.WrongValue, 1)));

    [Test]
    public void The_clock_tells_its_errors_and_the_time_with_its_offset()
    {
        var state = ClockState.Read();
        Assert.That(_snmp.Get($"{Root}.2.1.0").Value.Signed, Is.EqualTo(state.IsSynchronized ? 1 : 2));
        Assert.That(_snmp.Get($"{Root}.2.2.0").Value.Signed == 1, Is.EqualTo(!state.IsSynchronized));
        Assert.That(_snmp.Get($"{Root}.2.4.0").Value.Number, Is.Positive);
        Assert.That((long)_snmp.Get($"{Root}.2.8.0").Value.Number, Is.EqualTo(NowNs - 500));
    }

    [Test]
    public void A_clock_that_is_set_is_noticed_and_leaves_a_gap()
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        _realNs = -3_000_000_000;
        _watch.Look();

        Assert.That(_snmp.Get($"{Root}.2.5.0").Value.Number, Is.EqualTo(NowNs - 500));
        Assert.That(_snmp.Get($"{Root}.2.6.0").Value.Text, Is.EqualTo("-3000000000"));
        Assert.That(_snmp.Get($"{Root}.2.7.0").Value.Number, Is.EqualTo(1));
        var gap = _meter.Gaps.All.Single().Value;
        Assert.That((gap.Reason, gap.FromNs, gap.ToNs), Is.EqualTo((GapReason.ClockStep, NowNs - 500 - 4_000_000_000, NowNs - 500)));
    }

    [Test]
    public void A_loss_of_the_capture_that_goes_on_is_one_gap()
    {
        var source = new MeteredSource(1, "eth0");
        _meter.Attach([source]);
        var began = NowNs - 500;
        for (var i = 1; i <= 5; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            source.Update(new SourceCounters(100, 0, (ulong)i, 0));
            _watch.Look();
        }
        _clock.Advance(TimeSpan.FromSeconds(10));
        _watch.Look();

        Assert.That(_meter.Gaps.All.Select(each => each.Value.Reason), Is.EqualTo(new[] { GapReason.Started, GapReason.CaptureLoss }));
        Assert.That(_snmp.Get($"{Root}.3.1.2.2").Value.Number, Is.EqualTo((ulong)(began - 1_000_000_000)));
        Assert.That(_snmp.Get($"{Root}.3.1.3.2").Value.Number, Is.EqualTo((ulong)(began + 5_000_000_000)));
        Assert.That(_snmp.Get($"{Root}.3.1.4.2").Value.Signed, Is.EqualTo((long)GapReason.CaptureLoss));
    }

    [Test]
    public void Keys_that_are_made_otherwise_leave_a_gap_at_an_interface()
    {
        _meter.Attach([new MeteredSource(1, "eth0")]);
        _clock.Advance(TimeSpan.FromSeconds(60));
        _snmp.Set(Unsigned("1.4.0", 1));

        Assert.That(_meter.Gaps.All.Select(each => each.Value).Last(), Is.EqualTo(new Gap(0, NowNs - 500, GapReason.Started)));
    }

    [Test]
    public void Only_the_latest_gaps_are_kept_under_numbers_of_their_own()
    {
        for (var i = 0; i < 100; i++)
            _meter.Gaps.Add(new(i * 10_000_000_000, i * 10_000_000_000 + 1, GapReason.CaptureLoss));

        Assert.That(_meter.Gaps.All.Select(each => each.Key), Is.EqualTo(Enumerable.Range(37, 64)));
    }

    [Test]
    public void Samples_are_there_one_by_one()
    {
        for (var i = 0; i < 10; i++)
            Send(i, from: 1);
        Send(10, from: 3);

        // Of ten the ring keeps eight, under the numbers that they always had; then the other flow.
        var times = _snmp.GetBulk($"{Root}.4.1.2", 9).Select(each => each.Name.ToString()).ToList();
        Assert.That(times, Is.EqualTo(Enumerable.Range(3, 8).Select(number => $"{Root}.4.1.2.2.1.{number}").Append($"{Root}.4.1.2.2.2.1")));
        Assert.That((long)_snmp.Get($"{Root}.4.1.2.2.1.3").Value.Number, Is.EqualTo(TimeOf(2) - 500));
        Assert.That(_snmp.Get($"{Root}.4.1.6.2.1.3").Value.Signed, Is.EqualTo(1));
        Assert.That(_snmp.Get($"{Root}.4.1.2.2.1.2").Value.Tag, Is.EqualTo(BerTag.NoSuchInstance));
        Assert.That(_snmp.GetNext($"{Root}.4.1.2.2.2.1").Name.ToString(), Is.EqualTo($"{Root}.4.1.3.2.1.3"));
    }

    [Test]
    public void Samples_are_there_packed_and_only_new_ones_where_they_are_asked_for()
    {
        for (var i = 0; i < 8; i++)
            Send(i, from: (byte)(i < 4 ? 1 : 3));
        var all = _snmp.GetBulk($"{Root}.5.1.2.2.0", 2);
        var someOf = _snmp.GetBulk($"{Root}.5.1.2.2.{_meter.Now - 50}", 2);

        Assert.That(all.Select(each => each.Name.ToString()), Is.EqualTo(new[] { $"{Root}.5.1.2.2.0.1", $"{Root}.5.1.2.2.0.2" }));
        Assert.That(all.Select(each => Decode(each).Header.Count), Is.EqualTo(new[] { 4, 4 }));
        Assert.That(someOf[0].Name.ToString(), Is.EqualTo($"{Root}.5.1.2.2.{_meter.Now - 50}.2"));
        // Half a second ago, and the margin of two.
        var (header, samples) = Decode(someOf[0]);
        Assert.That((header.First, header.Count, samples[0].TimeNs), Is.EqualTo((2u, 3, TimeOf(5) - 500)));
    }

    [Test]
    public void Samples_of_a_file_are_all_new()
    {
        Send(0, from: 1, timeNs: 1_000_000_000);
        Send(1, from: 1, timeNs: 2_000_000_000);

        Assert.That(Decode(_snmp.Get($"{Root}.5.1.2.2.{_meter.Now}.1")).Header.Count, Is.EqualTo(2));
    }

    [Test]
    public void A_flow_without_new_samples_is_passed_over()
    {
        Send(0, from: 1);
        _clock.Advance(TimeSpan.FromSeconds(20));
        Send(1, from: 3);

        Assert.That(_snmp.Get($"{Root}.5.1.2.2.{_meter.Now}.1").Value.Tag, Is.EqualTo(BerTag.NoSuchInstance));
        Assert.That(_snmp.GetNext($"{Root}.5.1.2.2.{_meter.Now}").Name.ToString(), Does.EndWith(".2"));
    }

    [Test]
    public void A_walk_finds_each_object_once_in_order()
    {
        for (var i = 0; i < 6; i++)
            Send(i, from: (byte)(i % 2 * 2 + 1));
        _meter.Gaps.Add(new(1, 2, GapReason.NoRoom));

        Assert.That(_snmp.Walk().Select(each => each.Name.ToString()).ToList(), Has.Count.EqualTo(7 + 8 + 3 + 6 * 5 + 2).And.Unique);
        Assert.That(_snmp.Walk(SnmpVersion.V1).Select(each => each.Value.Tag), Has.None.EqualTo(BerTag.Counter64));
    }

    private static long TimeOf(int second) =>
        (new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(second + 1) - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>A packet a second, from 10.0.0.1 or another, when it is captured.</summary>
    private unsafe void Send(int number, byte from, long? timeNs = null)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        var frame = SampledTraffic.Packet(number);
        frame[14 + 15] = from;
        var batch = new PacketBatch(1);
        fixed (byte* data = frame)
        {
            batch.Add() = new CapturedPacket
            {
                TimeNs = timeNs ?? NowNs,
                Data = data,
                CapturedLength = frame.Length,
                WireLength = frame.Length,
                LinkType = LinkType.Ethernet,
            };
            _meter.Process(batch);
        }
    }

    private static (SamplePackageHeader Header, PacketSample[] Samples) Decode(VarBind varBind)
    {
        var samples = new PacketSample[SamplePackage.MostSamples];
        Assert.That(SamplePackage.TryRead(varBind.Value.Octets, samples, out var header));
        return (header, samples[..header.Count]);
    }

    private static VarBind Unsigned(string name, uint value) => new(ObjectIdentifier.Parse($"{Root}.{name}"), SnmpValue.Unsigned32(value));

    private static VarBind Number(string name, int value) => MeterHarness.Set($"{Root}.{name}", value);
}
