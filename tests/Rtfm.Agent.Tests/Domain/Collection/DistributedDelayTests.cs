using Rtfm.Agent.Capture;
using Rtfm.Agent.Domain.Collection.Delay;
using Rtfm.Control.Reading;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Domain.Collection;

/// <summary>Delay and loss that members reckon, beside the master's own over the same packets.</summary>
[TestFixture]
public sealed class DistributedDelayTests
{
    private const int Entry = 2;
    private const int Exit = 3;
    private const int OtherExit = 4;
    private const long Ms = 1_000_000;

    private static readonly List<byte[]> Octets = [];
    private readonly List<(DomainHarness Domain, long StartNs)> _both = [];

    [SetUp]
    public void SetUp()
    {
        foreach (var areDistributed in (bool[])[false, true])
        {
            var domain = new DomainHarness(4, "domain-delay.srl") { AreDelaysDistributed = areDistributed };
            domain.Pass(30);
            _both.Add((domain, domain.NowNs));
        }
    }

    [TearDown]
    public async Task TearDown()
    {
        foreach (var (domain, _) in _both)
            await domain.DisposeAsync();
        _both.Clear();
    }

    private DomainHarness Distributed => _both[1].Domain;

    /// <summary>Lost are some packets, some come in twice, some go out twice or at another exit; a member missed packets for a while, another one's clock was set.</summary>
    [TestCase("edge.pcap", false)]
    [TestCase("ipv6.pcap", false)]
    [TestCase("fragments.pcap", false)]
    [TestCase("vlan.pcap", false)]
    [TestCase("edge.pcap", true, Description = "and another master takes over in between")]
    public async Task Every_record_has_the_same_whoever_reckons(string capture, bool isMasterOther)
    {
        var packets = Packets(capture);
        const int rounds = 4;
        for (var round = 0; round < rounds; round++)
        {
            Each(
                (domain, startNs) =>
                {
                    var end = packets.Count * (round + 1) / rounds;
                    for (var i = packets.Count * round / rounds; i < end; i++)
                        Cross(domain, startNs + round * 30_000 * Ms, i, packets[i]);
                    if (round == 1)
                        domain[Exit].Meter.Gaps.Add(new(startNs + 30_100 * Ms, startNs + 30_900 * Ms, GapReason.CaptureLoss));
                    if (round == 2)
                        domain[Entry].Meter.Gaps.Add(new(startNs + 60_000 * Ms, startNs + 60_300 * Ms, GapReason.ClockStep));
                    domain.Pass(30);
                }
            );
            if (isMasterOther && round == 2)
            {
                foreach (var (domain, _) in _both)
                {
                    domain.Master.Collection.Forget();
                    domain.Domain.Term++;
                }
            }
            await CollectAsync();
        }
        Each((domain, _) => domain.Pass(60));
        await CollectAsync();
        var (expected, found) = (await _both[0].Domain.DelaysByFlowAsync(), await Distributed.DelaysByFlowAsync());
        Assert.That(found, Is.EqualTo(expected));
        var all = found.Values.SelectMany(each => new[] { each.To, each.From }).ToList();
        Assert.That(all.Sum(each => (long)each.Paired), Is.Positive);
        if (capture == "edge.pcap")
        {
            Assert.That(all.Sum(each => (long)each.Lost), Is.Positive);
            Assert.That(all.Sum(each => (long)each.Unknown), Is.Positive);
            Assert.That(all.Sum(each => (long)each.Repeated), Is.Positive);
        }
        Assert.That(
            Distributed.Master.Flows.Assignments(work => work.Members.Count(each => each.Work.Confirmed > 0)),
            Is.GreaterThan(1),
            "many work"
        );
        Assert.That(Enumerable.Range(1, 4).SelectMany(each => Distributed[each].Unread), Is.Empty);
    }

    [Test]
    public async Task Samples_of_idle_flows_are_not_asked_for_again()
    {
        Each((domain, startNs) => CrossAll(domain, startNs));
        await CollectAsync();
        Each((domain, _) => domain.Pass(30));
        await CollectAsync();
        var list = new RecordedWork();
        Distributed.Master.Flows.Assignments(work =>
        {
            work.WriteChanges(Exit, list);
            return 0;
        });
        Assert.That((list.Assigned, list.Activated), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task A_master_that_comes_anew_reckons_from_the_samples_that_there_are()
    {
        Each((domain, startNs) => CrossAll(domain, startNs));
        await CollectAsync();
        var before = await Distributed.DelaysByFlowAsync();
        Distributed.Master.Collection.Forget();
        Distributed.Domain.Term++;
        await Distributed.CollectAsync();
        Assert.That(await Distributed.DelaysByFlowAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task Work_that_nobody_asks_for_any_more_is_forgotten_and_given_anew()
    {
        Each((domain, startNs) => CrossAll(domain, startNs));
        await CollectAsync();
        // Flows are kept for ten minutes.
        Each((domain, _) => domain.Pass(8 * 60));
        Each((domain, _) => CrossAll(domain, domain.NowNs));
        Each((domain, _) => domain.Pass(8 * 60));
        Assert.That((Distributed[Exit].Worker.Current.Term, Distributed[Exit].Worker.Results.Length), Is.EqualTo((0, 0)));
        await CollectAsync();
        await CollectAsync();
        Assert.That(Distributed[Exit].Worker.Current.Term, Is.EqualTo(1));
        Assert.That(await Distributed.DelaysByFlowAsync(), Is.EqualTo(await _both[0].Domain.DelaysByFlowAsync()));
    }

    [Test]
    public async Task A_member_takes_no_work_of_a_master_of_an_earlier_term()
    {
        Distributed.Domain.Term = 7;
        Each((domain, startNs) => CrossAll(domain, startNs));
        await CollectAsync();
        Distributed.Domain.Term = 6;
        await Distributed.CollectAsync();
        Assert.That(Distributed.Master.Missing.Select(each => each.Fault), Has.Some.InstanceOf<SnmpErrorException>());
        Assert.That(Distributed[Exit].Worker.Current.Term, Is.EqualTo(7));
    }

    [Test]
    public async Task An_exit_that_was_started_anew_counts_nothing_twice_and_loses_nothing()
    {
        Each((domain, startNs) => CrossAll(domain, startNs));
        await CollectAsync();
        var before = await Distributed.DelaysByFlowAsync();
        Distributed.Restart(Exit);
        Distributed.Pass(60);
        await Distributed.CollectAsync();
        Distributed.Pass(60);
        await Distributed.CollectAsync();
        var after = await Distributed.DelaysByFlowAsync();
        Assert.That(after.Values.Sum(each => (long)each.To.Paired), Is.EqualTo(before.Values.Sum(each => (long)each.To.Paired)));
        Assert.That(after.Values.Sum(each => (long)(each.To.Lost + each.From.Lost)), Is.Zero);
    }

    [Test]
    public async Task What_waits_for_an_entry_that_does_not_answer_is_not_lost()
    {
        Each((domain, startNs) => CrossAll(domain, startNs));
        var entry = Distributed.Domain.Members[Entry - 1];
        // The master reads it, and then it is gone.
        await Distributed.CollectAsync();
        var first = await Distributed.DelaysByFlowAsync();
        Distributed.Domain.Members = Distributed.Domain.Members.SetItem(Entry - 1, entry with { Address = "127.0.0.1:9" });
        Each((domain, startNs) => CrossAll(domain, startNs + 60_000 * Ms));
        await Distributed.CollectAsync();
        Distributed.Domain.Members = Distributed.Domain.Members.SetItem(Entry - 1, entry);
        Distributed.Pass(30);
        await Distributed.CollectAsync();
        await _both[0].Domain.CollectAsync();
        Each((domain, _) => domain.Pass(60));
        await CollectAsync();
        var found = await Distributed.DelaysByFlowAsync();
        Assert.That(found.Values.Sum(each => (long)(each.To.Lost + each.From.Lost)), Is.Zero);
        Assert.That(found.Values.Sum(each => (long)each.To.Paired), Is.GreaterThan(first.Values.Sum(each => (long)each.To.Paired)));
    }

    [Test]
    public async Task Who_stays_away_has_others_do_its_work()
    {
        Each((domain, startNs) => CrossAll(domain, startNs));
        await CollectAsync();
        Distributed.Domain.Members = Distributed.Domain.Members.SetItem(
            Exit - 1,
            Distributed.Domain.Members[Exit - 1] with
            {
                Address = "127.0.0.1:9",
            }
        );
        Distributed.Pass(150);
        await Distributed.CollectAsync();
        Assert.That(Distributed[Entry].Worker.Current.Part, Is.GreaterThan(1));
        Assert.That((await Distributed.DelaysByFlowAsync()).Values.Sum(each => (long)each.To.Lost), Is.Zero);
    }

    [Test]
    public async Task Octets_that_are_no_work_are_refused()
    {
        var random = new Random(20261121);
        for (var i = 0; i < 200; i++)
        {
            var octets = new byte[random.Next(1, 60)];
            random.NextBytes(octets);
            octets[0] = (byte)random.Next(0, 7);
            var isWork = WorkPart.TryRead(octets, null);
            var set = SetAsync(octets, part: 1);
            if (isWork)
                await set;
            else
                Assert.That(async () => await set, Throws.InstanceOf<SnmpErrorException>().With.Property("Status").EqualTo(ErrorStatus.WrongValue));
        }
        // And what is work, of flows that nobody has, does no harm.
        Each((domain, startNs) => CrossAll(domain, startNs));
        await CollectAsync();
        Assert.That(await Distributed.DelaysByFlowAsync(), Is.EqualTo(await _both[0].Domain.DelaysByFlowAsync()));
    }

    [Test]
    public async Task Results_can_be_walked_by_any_tool()
    {
        if (!SnmpTool.IsInstalled)
            Assert.Ignore("Net-SNMP's tools are not installed");
        Each((domain, startNs) => CrossAll(domain, startNs));
        await CollectAsync();
        var walk = SnmpTool.Run(
            "snmpbulkwalk",
            [
                "-v3",
                "-l",
                "noAuthNoPriv",
                "-u",
                DomainAgent.User,
                "-On",
                Distributed[Exit].EndPoint.ToString(),
                ".1.3.6.1.4.1.8072.9999.9999.2722.4.1.7",
            ]
        );
        Assert.That(walk.ExitCode, Is.Zero, walk.Errors);
        Assert.That(walk.Output.Split('\n').Count(line => line.StartsWith('.')), Is.EqualTo(Distributed[Exit].Worker.Results.Length).And.Positive);
    }

    [Test]
    public async Task Who_reckons_is_set_at_the_master_and_is_the_domains()
    {
        var session = new SnmpMeterSession(Distributed.Client, Distributed.Master.Target);
        var name = new Rtfm.Snmp.Ber.ObjectIdentifier([.. Rtfm.Model.DomainMib.Collection, 12, 0]);
        await session.SetAsync([new(name, SnmpValue.Integer(2))], CancellationToken.None);
        Assert.That(Distributed.Domain.Plan.AreDelaysDistributed, Is.True);
        Assert.That((await session.GetAsync([name], CancellationToken.None))[0].Signed, Is.EqualTo(2));
        var other = new SnmpMeterSession(Distributed.Client, Distributed[Exit].Target);
        Assert.That(
            async () => await other.SetAsync([new(name, SnmpValue.Integer(1))], CancellationToken.None),
            Throws.InstanceOf<SnmpErrorException>()
        );
    }

    [Test]
    public async Task Where_the_setting_changes_counts_begin_anew_behind_what_is_decided()
    {
        Each((domain, startNs) => CrossAll(domain, startNs));
        await CollectAsync();
        var before = await PairedAsync();
        Assert.That(before, Is.Positive);
        foreach (var areDistributed in (bool[])[false, true])
        {
            Distributed.AreDelaysDistributed = areDistributed;
            await Distributed.CollectAsync();
            Assert.That(await PairedAsync(), Is.Zero, "the meters still have all these samples");

            CrossAll(Distributed, Distributed.NowNs);
            await Distributed.CollectAsync();
            Assert.That(await PairedAsync(), Is.Positive.And.LessThanOrEqualTo(before));
        }

        async Task<ulong> PairedAsync() => (ulong)(await Distributed.DelaysAsync()).Sum(each => (long)(each.To.Paired + each.From.Paired));
    }

    private Task SetAsync(byte[] data, uint part) =>
        new SnmpMeterSession(Distributed.Client, Distributed[Exit].Target).SetAsync(
            [
                new(new([.. DelayMib.Work, DelayMib.WorkObject.Term, 0]), SnmpValue.Unsigned32(1)),
                new(new([.. DelayMib.Work, DelayMib.WorkObject.Part, 0]), SnmpValue.Unsigned32(part)),
                new(new([.. DelayMib.Work, DelayMib.WorkObject.Data, 0]), SnmpValue.OctetString(data)),
            ],
            CancellationToken.None
        );

    private void Each(Action<DomainHarness, long> act) => _both.ForEach(each => act(each.Domain, each.StartNs));

    private async Task CollectAsync()
    {
        foreach (var (domain, _) in _both)
            await domain.CollectAsync();
    }

    /// <summary>Some packets, none of them lost; then time goes by until they are decided.</summary>
    private static void CrossAll(DomainHarness domain, long startNs)
    {
        var packets = Packets("edge.pcap");
        for (var i = 0; i < 40; i++)
            Cross(domain, startNs, 1 + 60 * i, packets[i]);
        domain.Pass(60);
    }

    /// <summary>A packet comes in and goes out again; what happens to it, its number says.</summary>
    private static void Cross(DomainHarness domain, long startNs, int number, (CapturedPacket Packet, bool IsForward) packet)
    {
        var timeNs = startNs + number % 3_000 * 5 * Ms;
        var (entry, exit) = packet.IsForward ? (Entry, number % 7 == 0 ? OtherExit : Exit) : (Exit, Entry);
        Send(domain[entry], packet.Packet, timeNs, PacketDirection.In);
        if (number % 10 == 9)
            Send(domain[entry], packet.Packet, timeNs + 2 * Ms, PacketDirection.In);
        if (number % 6 != 5)
            Send(domain[exit], packet.Packet, timeNs + (3 + number % 5) * Ms, PacketDirection.Out);
        if (number % 12 == 8)
            Send(domain[exit], packet.Packet, timeNs + 9 * Ms, PacketDirection.Out);
    }

    private static void Send(DomainAgent member, CapturedPacket packet, long timeNs, PacketDirection direction)
    {
        var one = new PacketBatch(1);
        (packet.TimeNs, packet.Direction, packet.Interface) = (timeNs, direction, 5);
        one.Add() = packet;
        member.Meter.Process(one);
    }

    /// <summary>Whoever sent the first packet is the client; the addresses of the link say which way others go.</summary>
    private static List<(CapturedPacket Packet, bool IsForward)> Packets(string capture)
    {
        var packets = new List<(CapturedPacket, bool)>();
        using var source = CaptureFile.Open(Path.Combine(Repository.Captures, capture));
        var batch = new PacketBatch();
        byte[]? client = null;
        while (source.Read(batch) is var state && batch.Count > 0)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                var from = batch[i].Captured[6..12];
                client ??= from.ToArray();
                packets.Add((Kept(batch[i]), from.SequenceEqual(client)));
            }
            if (state == SourceState.Ended)
                break;
        }
        return packets;
    }

    /// <summary>The batch's own octets last until it is filled again.</summary>
    private static unsafe CapturedPacket Kept(CapturedPacket packet)
    {
        var octets = GC.AllocateUninitializedArray<byte>(packet.CapturedLength, pinned: true);
        packet.Captured.CopyTo(octets);
        Octets.Add(octets);
        packet.Data = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref octets[0]);
        return packet;
    }
}
