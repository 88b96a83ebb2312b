using System.Net;
using Rtfm.Control.Reading;
using Rtfm.MeterReader.Collection.Domain;
using Rtfm.MeterReader.Storage.Sqlite;
using Rtfm.Model;
using Rtfm.Snmp.Client.Notifications;
using Rtfm.Snmp.Messages;
using Rtfm.Testing;

namespace Rtfm.MeterReader.Tests.Collection;

/// <summary>What a master pushes, part by part.</summary>
[TestFixture]
public sealed class PushedFlowsTests
{
    private const string Domain = "backbone";

    private static readonly FlowAttribute[] Attributes =
    [
        FlowAttribute.SourcePeerType,
        FlowAttribute.SourcePeerAddress,
        FlowAttribute.ToPdus,
        FlowAttribute.FirstTime,
        FlowAttribute.LastActiveTime,
        FlowAttribute.Observations,
    ];

    private readonly FakeClock _clock = new();
    private TemporaryStore _temporary = null!;
    private PushedFlows _pushed = null!;

    [SetUp]
    public void Begin()
    {
        _temporary = new TemporaryStore();
        _pushed = new PushedFlows(Domain, _temporary.Store, _clock);
    }

    [TearDown]
    public void End() => _temporary.Dispose();

    [Test]
    public void Flows_are_stored_when_the_last_part_is_there()
    {
        Assert.That(_pushed.Take(Part(0, [.. Reading(1), .. Names(1), Flow(1, packets: 10)])), Is.Null);
        Assert.That(_temporary.Number("SELECT count(*) FROM flow"), Is.Zero);

        var result = _pushed.Take(Part(5, [Flow(2, packets: 3)]))!;

        Assert.That((result.Flows, result.BadPackages, result.RuleSets.Single().Name), Is.EqualTo((2, 0, "five-tuple")));
        Assert.That(Packets(), Is.EqualTo(13));
        Assert.That(_temporary.Query("SELECT entered_at FROM domain_flow LIMIT 1")[0][0], Is.EqualTo("edge-1"));
    }

    [Test]
    public void A_push_that_begins_anew_takes_the_place_of_the_one_that_broke_off()
    {
        _pushed.Take(Part(0, [.. Reading(1), .. Names(1), Flow(1, packets: 10), Flow(7, packets: 5)]));
        _pushed.Take(Part(0, [.. Reading(1), .. Names(1), Flow(1, packets: 11)]));
        _pushed.Take(Part(6, [Flow(2, packets: 3)]));

        Assert.That(Packets(), Is.EqualTo(14));
    }

    [Test]
    public void What_is_pushed_twice_counts_once()
    {
        for (uint round = 1; round <= 3; round++)
            _pushed.Take(Part(round, [.. Reading(1), .. Names(1), Flow(1, packets: 10 * round)]));

        Assert.That(Packets(), Is.EqualTo(30));
    }

    [Test]
    public void Another_domain_s_push_and_octets_that_are_no_package_are_not_stored()
    {
        var other = Part(1, [.. Reading(1), Flow(1, packets: 10)]);
        Assert.That(
            _pushed.Take(other with { VarBinds = [new(other.VarBinds[0].Name, SnmpValue.OctetString("elsewhere")), .. other.VarBinds.Skip(1)] }),
            Is.Null
        );
        var bad = Flow(1, packets: 10) with { Value = SnmpValue.OctetString([1, 2, 3]) };

        Assert.That(() => _pushed.Take(Part(2, [.. Reading(1), .. Names(1), bad])), Throws.TypeOf<CollectionException>());
        Assert.That(_pushed.Take(Part(3, [.. Reading(1), .. Names(1), bad, Flow(2, packets: 3)]))!.BadPackages, Is.EqualTo(1));
        Assert.That(Packets(), Is.EqualTo(3));
    }

    [Test]
    public void A_reading_without_all_its_columns_and_a_selector_of_no_attribute_are_refused()
    {
        Assert.That(() => _pushed.Take(Part(1, [.. Reading(1).Skip(1), Flow(1, packets: 10)])), Throws.TypeOf<CollectionException>());
        VarBind none = new(new([.. Oids.ExtendedPackageEntry, FlowMeterMib.PackageData, 1, 4_000_000, 1, 400, 1]), SnmpValue.OctetString([0x30, 0]));
        Assert.That(() => _pushed.Take(Part(2, [.. Reading(1), none])), Throws.TypeOf<CollectionException>());
        Assert.That(_temporary.Number("SELECT count(*) FROM flow"), Is.Zero);
    }

    private long Packets()
    {
        using var queries = new FlowQueries(_temporary.Path);
        return queries.Top(new FlowFilter(null, null, null, null, Domain), byOctets: false, 100).Sum(each => (long)each.ToPdus);
    }

    private Notification Part(uint round, IReadOnlyList<VarBind> rows) =>
        new()
        {
            ReceivedAt = _clock.GetUtcNow(),
            Source = new IPEndPoint(IPAddress.Loopback, 161),
            Version = SnmpVersion.V3,
            Level = SecurityLevel.AuthPriv,
            SecurityName = "rtfm-domain",
            UpTime = 1,
            TrapOid = PushedFlows.Id,
            VarBinds =
            [
                new(new([.. DomainMib.Self, 1, 0]), SnmpValue.OctetString(Domain)),
                new(new([.. DomainMib.Collection, 3, 0]), SnmpValue.Counter32(round)),
                .. rows,
            ],
        };

    private static byte[] EngineOf(uint member) => [0x80, 0, 0x1F, 0x88, 5, (byte)member];

    private static VarBind[] Reading(uint member) =>
        [
            new(new([.. DomainMib.ReadingEntry, 1, member]), SnmpValue.OctetString(EngineOf(member))),
            new(new([.. DomainMib.ReadingEntry, 2, member]), SnmpValue.Unsigned32(1)),
            new(new([.. DomainMib.ReadingEntry, 3, member]), SnmpValue.TimeTicks(60_000)),
            new(new([.. DomainMib.ReadingEntry, 4, member]), SnmpValue.TimeTicks(10)),
            new(new([.. DomainMib.ReadingEntry, 5, member]), SnmpValue.Unsigned32(1)),
        ];

    private static VarBind[] Names(uint member)
    {
        var engine = EngineOf(member);
        uint[] index = [(uint)engine.Length, .. engine.Select(each => (uint)each)];
        return
        [
            new(new([.. DomainMib.MemberEntry, 2, .. index]), SnmpValue.OctetString("10.0.0.1:161")),
            new(new([.. DomainMib.MemberEntry, 3, .. index]), SnmpValue.OctetString($"edge-{member}")),
            new(new([.. DomainMib.MemberEntry, 4, .. index]), SnmpValue.Integer(member)),
            new(new([.. FlowMeterMib.RuleSetInfoEntry, 6, 1]), SnmpValue.OctetString("five-tuple")),
        ];
    }

    private static VarBind Flow(uint flow, uint packets)
    {
        var observation = new FlowObservation
        {
            Member = 1,
            Boots = 1,
            FlowIndex = flow,
            FirstTime = 100,
            LastActive = 500,
            SourceInterface = 2,
            ToPdus = packets,
        };
        var octets = new byte[1 + FlowObservation.LongestOctets];
        var length = FlowObservation.Begin(octets);
        length += observation.Write(octets.AsSpan(length));
        var writer = new FlowDataPackage.Writer(new byte[500]);
        writer.TryNumber(FlowDataPackage.TagOf(FlowAttribute.SourcePeerType), 1);
        writer.TryOctets([10, 0, 0, (byte)flow]);
        writer.TryNumber(FlowDataPackage.TagOf(FlowAttribute.ToPdus), packets);
        writer.TryNumber(FlowDataPackage.TagOf(FlowAttribute.FirstTime), 100);
        writer.TryNumber(FlowDataPackage.TagOf(FlowAttribute.LastActiveTime), 500);
        writer.TryOctets(octets.AsSpan(0, length));
        uint[] selector = [(uint)Attributes.Length, .. Attributes.Select(each => (uint)each)];
        return new(new([.. Oids.ExtendedPackageEntry, FlowMeterMib.PackageData, .. selector, 1, 400, flow]), SnmpValue.OctetString(writer.Finish()));
    }
}
