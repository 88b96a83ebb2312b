using System.Net;
using System.Net.Sockets;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Notifications;
using Rtfm.Snmp.Tests.Client;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests.Notifications;

/// <summary>Who is told, who is not, and what becomes of informs nobody answers: over real sockets, with a receiver made here.</summary>
[TestFixture]
public sealed class OriginatorTests
{
    private Socket _receiver = null!;
    private readonly byte[] _buffer = new byte[65_536];

    private IPEndPoint At => (IPEndPoint)_receiver.LocalEndPoint!;

    [SetUp]
    public void Bind()
    {
        _receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
        _receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    [TearDown]
    public void Close() => _receiver.Dispose();

    [Test]
    public async Task Nobody_is_told_where_nobody_is_to_be_told()
    {
        await using var originator = new Originator(Originator.Open);

        originator.Raise();
        await originator.DisposeAsync();

        Assert.That(originator.Snmp.OutNotificationPackets, Is.Zero);
        Assert.That(originator.Counters.Raised, Is.EqualTo(1));
    }

    [TestCase("1.3.6.1.4.1.8072", Description = "the type")]
    [TestCase("1.3.6.1.2.1.1.5", Description = "an object")]
    [TestCase("1.3.6.1.6.3.1.1.4", Description = "snmpTrapOID")]
    [TestCase("1.3.6.1.2.1.1.3", Description = "sysUpTime")]
    public async Task A_target_that_may_not_see_all_of_it_is_told_nothing(string hidden)
    {
        var open = Originator.To(At, SnmpVersion.V2c);
        var view = open.Views.With(
            new ViewFamily
            {
                View = StandardAccess.Restricted,
                Subtree = ObjectIdentifier.Parse(hidden),
                IsIncluded = false,
            }
        );

        Assert.That(await Told(open with { Views = view }), Is.False);
        Assert.That(_counters.Hidden, Is.EqualTo(1));
    }

    [Test]
    public async Task A_target_without_a_notify_view_is_told_nothing()
    {
        var open = Originator.To(At, SnmpVersion.V2c);
        var access = open.Access.With(open.Access.Select(entry => entry with { NotifyView = "" }));

        Assert.That(await Told(open with { Access = access }), Is.False);
        Assert.That(_counters.Hidden, Is.EqualTo(1));
    }

    [TestCase(true, "+1.3.6.1.4", Description = "the type is included")]
    [TestCase(false, "+1.3.6.1.6", Description = "nothing includes the type")]
    [TestCase(false, "-1.3.6.1.2.1.1.5", Description = "only exclusions: the type is not included")]
    [TestCase(false, "+1.3.6.1.4 -1.3.6.1.2.1.1.5", Description = "an object is excluded")]
    [TestCase(true, "+1.3.6.1.4 -1.3.6.1.2.1.1.6", Description = "another object is excluded")]
    [TestCase(false, "+1.3.6.1.4 -1.3.6.1.4.1.8072.9999.9999.1.0.7", Description = "the longer subtree decides")]
    [TestCase(true, "-1.3.6.1.4 +1.3.6.1.4.1.8072.9999.9999.1.0.7", Description = "the longer subtree decides")]
    public async Task A_filter_lets_through_what_it_includes(bool isTold, string filter)
    {
        var open = Originator.To(At, SnmpVersion.V2c);
        var families = filter
            .Split(' ')
            .Select(each => new NotifyFilter
            {
                View = "profile",
                Subtree = ObjectIdentifier.Parse(each.AsSpan(1)),
                IsIncluded = each[0] == '+',
            });
        var filtered = open with
        {
            Filters = open.Filters.With(families),
            FilterProfiles = open.FilterProfiles.With(new FilterProfile { Params = "params", Profile = "profile" }),
        };

        Assert.That(await Told(filtered), Is.EqualTo(isTold));
        Assert.That(_counters.Filtered, Is.EqualTo(isTold ? 0 : 1));
    }

    [Test]
    public async Task A_profile_without_filters_keeps_nothing_back()
    {
        var open = Originator.To(At, SnmpVersion.V2c);

        Assert.That(
            await Told(open with { FilterProfiles = open.FilterProfiles.With(new FilterProfile { Params = "params", Profile = "none" }) }),
            Is.True
        );
    }

    [Test]
    public async Task A_target_without_the_tag_is_told_nothing()
    {
        var open = Originator.To(At, SnmpVersion.V2c);

        Assert.That(await Told(open with { Notify = open.Notify.With(new NotifyEntry { Name = "notify", Tag = "ta" }) }), Is.False);
    }

    [Test]
    public async Task A_target_whose_parameters_are_missing_is_counted()
    {
        var open = Originator.To(At, SnmpVersion.V2c);

        Assert.That(await Told(open with { TargetParams = IndexedRows<TargetParams>.Empty }), Is.False);
        Assert.That(_counters.Unsendable, Is.EqualTo(1));
    }

    [Test]
    public async Task A_target_whose_community_is_gone_is_counted()
    {
        Assert.That(await Told(Originator.To(At, SnmpVersion.V2c) with { Communities = IndexedRows<CommunityEntry>.Empty }), Is.False);
        Assert.That(_counters.Unsendable, Is.EqualTo(1));
    }

    [Test]
    public async Task Counter64_does_not_go_by_SNMPv1()
    {
        var notification = new Notification(Originator.Type, new VarBind(Originator.SysName, SnmpValue.Counter64(1)));

        Assert.That(await Told(Originator.To(At, SnmpVersion.V1), notification), Is.False);
        Assert.That(_counters.Unsendable, Is.EqualTo(1));
    }

    [Test]
    public async Task SNMPv1_has_no_informs()
    {
        Assert.That(await Told(Originator.To(At, SnmpVersion.V1, isInform: true)), Is.False);
        Assert.That(_counters.Unsendable, Is.EqualTo(1));
    }

    [Test]
    public async Task A_notification_that_is_too_long_for_the_target_is_not_sent()
    {
        var open = Originator.To(At, SnmpVersion.V2c);
        var target = open.TargetAddresses.Single() with { MaxMessageSize = 484 };

        Assert.That(await Told(open with { TargetAddresses = open.TargetAddresses.With(target) }, Originator.Sample(new string('x', 500))), Is.False);
        Assert.That(_counters.Unsendable, Is.EqualTo(1));
    }

    [Test]
    public async Task An_inform_that_nobody_answers_is_sent_as_often_as_the_target_says_and_given_up()
    {
        await using var originator = new Originator(Short(Originator.To(At, SnmpVersion.V2c, isInform: true), retries: 2));

        originator.Raise();
        originator.WaitFor(counters => counters.GivenUp == 1);

        Assert.That(Enumerable.Range(0, 3).Select(_ => Convert.ToHexString(Receive())).Distinct().Count(), Is.EqualTo(1));
        Assert.That(_receiver.Available, Is.Zero);
        Assert.That((originator.Counters.Informs, originator.Counters.Retries), Is.EqualTo((1, 2)));
        Assert.That(originator.Troubles, Does.Contain("not acknowledged, sent 3 times"));
    }

    [Test]
    public async Task An_inform_of_SNMPv3_looks_for_the_engine_each_time_and_is_given_up()
    {
        var absent = Originator.To(At, SecurityLevel.AuthPriv, isInform: true, new([1, 2, 3, 4, 5]));
        await using var originator = new Originator(Short(absent, retries: 1));

        originator.Raise();
        originator.WaitFor(counters => counters.GivenUp == 1);

        Assert.That(originator.Snmp.OutNotificationPackets, Is.EqualTo(2));
    }

    [Test]
    public async Task An_engine_that_has_no_such_user_is_not_remembered()
    {
        var anyone = new UserCredentials("anyone");
        using var stranger = new UserAgent(anyone, EngineId.Make(), boots: 1, TimeProvider.System);
        await using var originator = new Originator(Originator.To(stranger.EndPoint, SecurityLevel.AuthPriv, isInform: true, new([1, 2, 3, 4, 5])));

        originator.Raise();
        originator.WaitFor(counters => counters.Unsendable == 1);
        originator.Raise();
        originator.WaitFor(counters => counters.Unsendable == 2);

        Assert.That(originator.Snmp.OutNotificationPackets, Is.EqualTo(2), "who made the first answer up would have stopped all informs");
    }

    [Test]
    public async Task An_inform_is_acknowledged_by_its_request_id_only()
    {
        await using var originator = new Originator(Originator.To(At, SnmpVersion.V2c, isInform: true));
        originator.Raise();
        var inform = Receive(out var from);

        _receiver.SendTo(Answer(inform, changeId: true), from);
        _receiver.SendTo(Answer(inform, community: "guessed"), from);
        using (var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
            stranger.SendTo(Answer(inform), from);
        _receiver.SendTo([0x30, 0x03, 0x02, 0x01], from);
        // The second time it is sent, none of these has ended it.
        Receive();
        Assert.That(originator.Counters.Acknowledged, Is.Zero);
        _receiver.SendTo(Answer(inform), from);

        originator.WaitFor(counters => counters.Acknowledged == 1);
    }

    [Test]
    public async Task An_inform_that_the_target_refuses_is_given_up()
    {
        await using var originator = new Originator(Short(Originator.To(At, SnmpVersion.V2c, isInform: true), retries: 0));
        originator.Raise();
        var inform = Receive(out var from);

        _receiver.SendTo(Answer(inform, status: ErrorStatus.GenErr), from);

        originator.WaitFor(counters => counters.GivenUp == 1);
        Assert.That(originator.Troubles, Does.Contain("genErr"));
    }

    [Test]
    public async Task Informs_beyond_what_may_wait_are_dropped_and_counted()
    {
        var limits = new NotificationLimits { Informs = 3 };
        await using var originator = new Originator(Originator.To(At, SnmpVersion.V2c, isInform: true), limits);

        for (var i = 0; i < 5; i++)
            originator.Raise();

        originator.WaitFor(counters => counters.InformsDropped == 2);
        Assert.That(originator.Counters.Informs, Is.EqualTo(3));
    }

    [Test]
    public async Task A_flood_of_one_type_is_held_back_and_leaves_room_for_others()
    {
        var limits = new NotificationLimits
        {
            TypeBurst = 5,
            TypePerSecond = 1e-6,
            Burst = 8,
            PerSecond = 1e-6,
        };
        await using var originator = new Originator(Originator.To(At, SnmpVersion.V2c), limits);

        for (var i = 0; i < 1_000; i++)
            originator.Raise();
        for (var i = 0; i < 1_000; i++)
            originator.Raise(new Notification(Notification.LinkUp));
        originator.WaitFor(counters => counters.Traps == 8);

        Assert.That(originator.Counters.RateLimited, Is.EqualTo(2_000 - 5 - 3));
    }

    [Test]
    public async Task The_rate_recovers_as_time_passes()
    {
        var limits = new NotificationLimits { TypeBurst = 1, TypePerSecond = 50 };
        await using var originator = new Originator(Originator.To(At, SnmpVersion.V2c), limits);

        originator.WaitFor(counters =>
        {
            originator.Raise();
            return counters.Traps >= 3;
        });

        Assert.That(originator.Counters.RateLimited, Is.GreaterThan(0));
    }

    [TestCase("1.3.6.1.6.3.1.1.5.1", "1.3.6.1.6.3.1.1.5", 0, 0, Description = "coldStart")]
    [TestCase("1.3.6.1.6.3.1.1.5.5", "1.3.6.1.6.3.1.1.5", 4, 0, Description = "authenticationFailure")]
    [TestCase("1.3.6.1.6.3.1.1.5.7", "1.3.6.1.6.3.1.1.5", 6, 7, Description = "beyond the standard traps")]
    [TestCase("1.3.6.1.4.1.9.9.0.3", "1.3.6.1.4.1.9.9", 6, 3, Description = "a zero before the last")]
    [TestCase("1.3.6.1.4.1.9.9.3", "1.3.6.1.4.1.9.9", 6, 3, Description = "no zero")]
    public void RFC_3584_says_what_a_type_is_in_SNMPv1(string type, string enterprise, int generic, int specific)
    {
        var (is1, is2, is3) = NotificationPdu.ToV1(new Notification(ObjectIdentifier.Parse(type)));

        Assert.That((string.Join('.', is1), is2, is3), Is.EqualTo((enterprise, generic, specific)));
    }

    private NotificationCounters _counters = null!;

    private async Task<bool> Told(SnmpConfiguration configuration, Notification? notification = null)
    {
        await using var originator = new Originator(configuration);
        originator.Raise(notification);
        await originator.DisposeAsync();
        _counters = originator.Counters;
        return _counters.Traps + _counters.Informs > 0 && Receive().Length > 0;
    }

    private static SnmpConfiguration Short(SnmpConfiguration configuration, int retries) =>
        configuration with
        {
            TargetAddresses = configuration.TargetAddresses.With(configuration.TargetAddresses.Single() with { Timeout = 5, RetryCount = retries }),
        };

    private byte[] Receive() => Receive(out _);

    private byte[] Receive(out EndPoint from)
    {
        from = new IPEndPoint(IPAddress.Any, 0);
        return _buffer[.._receiver.ReceiveFrom(_buffer, ref from)];
    }

    /// <summary>The Response to an inform of SNMPv2c.</summary>
    private static byte[] Answer(
        byte[] inform,
        string community = TrapReceiver.Community,
        bool changeId = false,
        ErrorStatus status = ErrorStatus.NoError
    )
    {
        var reader = new BerReader(inform);
        reader.Enter();
        reader.Integer();
        reader.OctetString();
        Assert.That(PduHeader.TryRead(inform.AsSpan(reader.Position), out var pdu));
        var writer = new BerWriter(new byte[2_000]);
        var message = writer.Begin((byte)BerTag.Sequence);
        writer.Integer(1);
        writer.OctetString(System.Text.Encoding.UTF8.GetBytes(community));
        var response = writer.Begin((byte)PduType.Response);
        writer.Integer(pdu.RequestId ^ (changeId ? 1 : 0));
        writer.Integer((int)status);
        writer.Integer(0);
        writer.End(writer.Begin((byte)BerTag.Sequence));
        writer.End(response);
        writer.End(message);
        return writer.Written.ToArray();
    }
}
