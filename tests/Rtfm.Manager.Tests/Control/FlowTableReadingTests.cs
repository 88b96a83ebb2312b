using System.Net;
using Rtfm.Control;
using Rtfm.Model;
using Rtfm.Snmp.Client;
using Rtfm.Testing;

namespace Rtfm.Manager.Tests.Control;

/// <summary>Flows read from a real meter, as they are and through a network that spoils them.</summary>
[TestFixture]
public sealed class FlowTableReadingTests
{
    private static readonly FlowAttribute[] Shown =
    [
        FlowAttribute.FlowIndex,
        FlowAttribute.FlowStatus,
        FlowAttribute.FlowTimeMark,
        FlowAttribute.RuleSet,
        FlowAttribute.SourcePeerAddress,
        FlowAttribute.DestPeerAddress,
        FlowAttribute.SourceTransType,
        FlowAttribute.SourceTransAddress,
        FlowAttribute.DestTransAddress,
        FlowAttribute.FirstTime,
        FlowAttribute.LastActiveTime,
    ];

    private static readonly byte[] PackageColumn = Hex.Bytes("2B 06 01 02 01 28 02 03 01 05");

    private string _capture = null!;
    private AgentProcess _agent = null!;
    private SnmpClient _client = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _capture = Path.GetTempFileName();
        await File.WriteAllBytesAsync(
            _capture,
            SmallCapture.Of([
                .. Enumerable.Range(0, 250).Select(i => SmallCapture.Udp($"10.0.{i}.1", "192.0.2.1", (ushort)(40_000 + i), 53, payload: i)),
            ])
        );
        _agent = AgentProcess.Start(null, "--read", _capture, "--wait-for-rule-set");
        _client = new SnmpClient();
        var ruleSet = Srl.RuleAssembler.AssembleFile(ManagerProgram.Example("five-tuple.rules")).RuleSet!;
        var meter = MeterOf.Agent(_client, _agent);
        await new RuleSetInstallation(meter).InstallAsync(new(ruleSet, "noc") { IsRun = true }, _ => { }, default);
        for (var i = 0; i < 200 && (await meter.RuleSetsAsync(default))[1].FlowRecords < 250; i++)
            await Task.Delay(50);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _client.DisposeAsync();
        _agent.Dispose();
        File.Delete(_capture);
    }

    [Test]
    public async Task READ_03_every_flow_is_read_from_packages_with_its_addresses_and_counters()
    {
        var flows = await ReadAsync(_agent.EndPoint);

        Assert.That(flows, Has.Count.EqualTo(250));
        var busiest = flows.MaxBy(flow => flow.Number(FlowAttribute.ToOctets))!;
        Assert.That(busiest.Text(FlowAttribute.SourcePeerAddress), Is.EqualTo("10.0.249.1"));
        Assert.That(busiest.Text(FlowAttribute.SourceTransAddress), Is.EqualTo("40249"));
        Assert.That(busiest.Text(FlowAttribute.DestTransAddress), Is.EqualTo("53"));
        Assert.That(busiest.Number(FlowAttribute.ToOctets), Is.EqualTo(20 + 8 + 249));
        Assert.That(busiest.Number(FlowAttribute.ToPdus), Is.EqualTo(1));
    }

    [Test]
    public async Task A_meter_without_packages_gives_the_same_flows_by_columns()
    {
        // The object after the table, as where there is no such table.
        using var proxy = new UdpProxy(_agent.EndPoint, answer => Replace(answer, PackageColumn, Hex.Bytes("2B 06 01 02 01 28 03 01 01 03")));

        Assert.That(Described(await ReadAsync(proxy.EndPoint)), Is.EqualTo(Described(await ReadAsync(_agent.EndPoint))));
    }

    [Test]
    public async Task A_meter_whose_packages_make_no_sense_gives_the_same_flows_by_columns()
    {
        // Counters become something else; the header, whose request-id may have any octets, stays.
        using var proxy = new UdpProxy(
            _agent.EndPoint,
            answer => answer.AsSpan().IndexOf(PackageColumn) is var at and >= 0 ? [.. answer[..at], .. Replace(answer[at..], [0x46], [0x40])] : answer
        );

        Assert.That(Described(await ReadAsync(proxy.EndPoint)), Is.EqualTo(Described(await ReadAsync(_agent.EndPoint))));
    }

    [Test]
    public async Task MIB_90_only_flows_active_since_a_time_are_read()
    {
        var reading = new FlowTableReading(MeterOf.Agent(_client, _agent), Shown);

        await reading.ReadAsync(2, uint.MaxValue, default);

        Assert.That(reading.Flows, Is.Empty);
    }

    [Test]
    public async Task Of_more_flows_than_anyone_looks_at_the_busiest_are_kept()
    {
        var reading = new FlowTableReading(MeterOf.Agent(_client, _agent), Shown, flows => [.. flows.Take(2)]) { FlowsToChooseFrom = 3 };

        await reading.ReadAsync(2, 0, default);

        var all = await ReadAsync(_agent.EndPoint);
        Assert.That(reading.Count, Is.EqualTo(all.Count));
        Assert.That(reading.Flows, Has.Count.InRange(2, 5).And.Count.LessThan(all.Count));
    }

    [Test]
    public async Task Attributes_beyond_255_and_distributions_are_read_beside_the_others()
    {
        var ruleSet = Srl
            .RuleAssembler.Assemble(
                """
                sourcePeerType/8 = 1: PushPktToAct, Next
                sourcePeerAddress/32 = 0: PushPktToAct, Next
                timeToLive & 255 = 0: PushPktToAct, Next
                vlanId & 15.255 = 0: PushPktToAct, Next
                toPacketSize & 1.0.1!100 = 2.0.0!0: PushPktToAct, Next
                null: Count
                """,
                "extended.rules"
            )
            .RuleSet!;
        using var agent = AgentProcess.Start(null, "--read", _capture, "--wait-for-rule-set");
        var meter = MeterOf.Agent(_client, agent);
        await new RuleSetInstallation(meter).InstallAsync(new(ruleSet, "noc") { IsRun = true }, _ => { }, default);
        for (var i = 0; i < 200 && (await meter.RuleSetsAsync(default))[1].FlowRecords < 250; i++)
            await Task.Delay(50);
        var loaded = await meter.ReadRulesAsync((await meter.RuleSetsAsync(default))[1], default);
        Assert.That(loaded.Rules, Is.EqualTo(ruleSet.Rules));
        FlowAttribute[] shown =
        [
            FlowAttribute.SourcePeerAddress,
            FlowAttribute.TimeToLive,
            FlowAttribute.VlanId,
            FlowAttribute.ToPacketSize,
            FlowAttribute.FromPacketSize,
        ];
        var reading = new FlowTableReading(meter, shown);
        await reading.ReadAsync(2, 0, default);

        Assert.That(reading.Flows, Has.Count.EqualTo(250));
        var largest = reading.Flows.MaxBy(flow => flow.Number(FlowAttribute.ToOctets))!;
        Assert.That(shown.Select(largest.Text), Is.EqualTo(["10.0.249.1", "64", "0", "1.0.1!100=2.0.0!0:0;0;1", ""]));
    }

    private async Task<IReadOnlyList<FlowRecord>> ReadAsync(IPEndPoint endPoint)
    {
        var reading = new FlowTableReading(MeterOf.At(_client, endPoint), Shown);
        await reading.ReadAsync(2, 0, default);
        return reading.Flows;
    }

    private static IEnumerable<string> Described(IEnumerable<FlowRecord> flows) =>
        flows.Select(flow => string.Join(' ', flow.Attributes.Select(attribute => flow.Text(attribute))));

    private static byte[] Replace(byte[] message, byte[] part, byte[] other)
    {
        for (var at = message.AsSpan().IndexOf(part); at >= 0; at = message.AsSpan().IndexOf(part))
            other.CopyTo(message, at);
        return message;
    }
}
