using System.Net;
using System.Net.Sockets;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Client.Notifications;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security.Usm;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests.Client;

/// <summary>The receiver against Net-SNMP's <c>snmptrap</c> and <c>snmpinform</c>, at each version and level.</summary>
[TestFixture]
public sealed class NotificationReceiverTests
{
    private const string SenderEngine = "0x8000000001020304";
    private const string Password = "the password";

    private static readonly string[] LinkDown = ["4711", "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.2.1.2.2.1.1.7", "i", "7", "1.3.6.1.2.1.1.5.0", "s", "edge"];

    private static readonly UserCredentials Everybody = new("everybody");
    private static readonly UserCredentials Signer = new("signer", AuthProtocol.HmacSha256, UserSecret.Password(Password));
    private static readonly UserCredentials Secret = new(
        "secret",
        AuthProtocol.HmacSha512,
        UserSecret.Password(Password),
        PrivProtocol.Aes256,
        UserSecret.Password(Password)
    );

    private readonly FakeClock _clock = new();
    private NotificationReceiver _receiver = null!;

    [SetUp]
    public void Open()
    {
        if (!SnmpTool.IsInstalled)
            Assert.Ignore("Net-SNMP's tools are not installed");
        _receiver = Receiver(new CommunityCredentials("told"), Everybody, Signer, Secret);
    }

    [TearDown]
    public async Task Close()
    {
        if (_receiver is not null)
            await _receiver.DisposeAsync();
    }

    [TestCase("127.0.0.1")]
    [TestCase("::1")]
    public async Task A_trap_of_SNMPv2c_is_received(string address)
    {
        await using var receiver = Receiver(IPAddress.Parse(address), 16, new CommunityCredentials("told"));
        Send(receiver, "snmptrap", ["-v2c", "-c", "told"], LinkDown);
        var received = await Next(receiver);
        Assert.That((received.Version, received.Level, received.SecurityName), Is.EqualTo((SnmpVersion.V2c, SecurityLevel.NoAuthNoPriv, "")));
        Assert.That((received.UpTime, received.TrapOid.ToString()), Is.EqualTo((4711u, "1.3.6.1.6.3.1.1.5.3")));
        Assert.That(received.VarBinds.Select(each => each.Name.ToString()), Is.EqualTo(new[] { "1.3.6.1.2.1.2.2.1.1.7", "1.3.6.1.2.1.1.5.0" }));
        Assert.That(received.VarBinds[1].Value.Text, Is.EqualTo("edge"));
    }

    [Test]
    public async Task An_inform_of_SNMPv2c_is_answered()
    {
        Assert.That(Send(_receiver, "snmpinform", ["-v2c", "-c", "told"], LinkDown).ExitCode, Is.Zero);
        Assert.That((await Next(_receiver)).IsInform);
    }

    [TestCase("2", "0", "1.3.6.1.6.3.1.1.5.3", Description = "linkDown")]
    [TestCase("6", "17", "1.3.6.1.4.1.9999.0.17", Description = "enterpriseSpecific")]
    public async Task A_trap_of_SNMPv1_is_translated(string generic, string specific, string expected)
    {
        Send(
            _receiver,
            "snmptrap",
            ["-v1", "-c", "told"],
            "1.3.6.1.4.1.9999",
            "192.0.2.9",
            generic,
            specific,
            "4711",
            "1.3.6.1.2.1.1.5.0",
            "s",
            "edge"
        );
        var received = await Next(_receiver);
        Assert.That((received.Version, received.UpTime, received.TrapOid.ToString()), Is.EqualTo((SnmpVersion.V1, 4711u, expected)));
        Assert.That(received.VarBinds.Select(each => each.Value.ToString()), Is.EqualTo(new[] { "65646765", "192.0.2.9", "1.3.6.1.4.1.9999" }));
    }

    [TestCase("everybody", SecurityLevel.NoAuthNoPriv)]
    [TestCase("signer", SecurityLevel.AuthNoPriv)]
    [TestCase("secret", SecurityLevel.AuthPriv)]
    public async Task A_trap_of_SNMPv3_is_received_at_its_level(string user, SecurityLevel level)
    {
        Send(_receiver, "snmptrap", [.. V3(user, level), "-e", SenderEngine, "-Z", "3,100"], LinkDown);
        var received = await Next(_receiver);
        Assert.That((received.SecurityName, received.Level, received.IsInform), Is.EqualTo((user, level, false)));
        Assert.That(received.Engine.ToString(), Is.EqualTo("8000000001020304"));
        Assert.That(received.VarBinds, Has.Count.EqualTo(2));
    }

    [TestCase("everybody", SecurityLevel.NoAuthNoPriv)]
    [TestCase("signer", SecurityLevel.AuthNoPriv)]
    [TestCase("secret", SecurityLevel.AuthPriv)]
    public async Task An_inform_of_SNMPv3_is_answered_at_its_level(string user, SecurityLevel level)
    {
        var sent = Send(_receiver, "snmpinform", V3(user, level), LinkDown);
        Assert.That(sent.ExitCode, Is.Zero, sent.Errors);
        var received = await Next(_receiver);
        Assert.That((received.SecurityName, received.Level, received.IsInform), Is.EqualTo((user, level, true)));
    }

    [Test]
    public void Notifications_that_are_nobodys_are_refused_and_counted()
    {
        Send(_receiver, "snmptrap", ["-v2c", "-c", "other"], LinkDown);
        Send(_receiver, "snmptrap", [.. V3("stranger", SecurityLevel.AuthNoPriv), "-e", SenderEngine], LinkDown);
        Send(_receiver, "snmptrap", [.. V3("signer", SecurityLevel.AuthNoPriv, "not the password"), "-e", SenderEngine], LinkDown);
        Send(_receiver, "snmptrap", [.. V3("secret", SecurityLevel.AuthNoPriv), "-e", SenderEngine], LinkDown);
        Assert.That(() => _receiver.Counters, Is.EqualTo(new NotificationCounters(4, 0, 0, 4, 0, 0)).After(5_000, 10));
    }

    [Test]
    public void An_inform_below_its_users_level_is_not_answered()
    {
        var sent = Send(_receiver, "snmpinform", [.. V3("secret", SecurityLevel.AuthNoPriv), "-r0", "-t1"], LinkDown);
        Assert.That(sent.ExitCode, Is.Not.Zero);
        Assert.That(_receiver.Counters.Accepted, Is.Zero);
    }

    [Test]
    public async Task A_trap_older_than_its_senders_time_is_refused()
    {
        Send(_receiver, "snmptrap", [.. V3("signer", SecurityLevel.AuthNoPriv), "-e", SenderEngine, "-Z", "3,1000"], LinkDown);
        await Next(_receiver);
        Send(_receiver, "snmptrap", [.. V3("signer", SecurityLevel.AuthNoPriv), "-e", SenderEngine, "-Z", "3,849"], LinkDown);
        Send(_receiver, "snmptrap", [.. V3("signer", SecurityLevel.AuthNoPriv), "-e", SenderEngine, "-Z", "2,5000"], LinkDown);
        Assert.That(() => _receiver.Counters.Refused, Is.EqualTo(2).After(5_000, 10));
        Send(_receiver, "snmptrap", [.. V3("signer", SecurityLevel.AuthNoPriv), "-e", SenderEngine, "-Z", "3,851"], LinkDown);
        await Next(_receiver);
    }

    [Test]
    public async Task A_captured_trap_is_refused_once_it_is_old()
    {
        using var wire = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        Send(
            (IPEndPoint)wire.Client.LocalEndPoint!,
            "snmptrap",
            [.. V3("signer", SecurityLevel.AuthNoPriv), "-e", SenderEngine, "-Z", "3,1000"],
            LinkDown
        );
        var captured = (await wire.ReceiveAsync()).Buffer;
        await wire.SendAsync(captured, _receiver.EndPoints[0]);
        await Next(_receiver);
        _clock.Advance(TimeSpan.FromSeconds(151));
        await wire.SendAsync(captured, _receiver.EndPoints[0]);
        Assert.That(() => _receiver.Counters.Refused, Is.EqualTo(1).After(5_000, 10));
    }

    [Test]
    public async Task Keys_of_one_name_at_several_engines_are_told_apart()
    {
        Assert.That(EngineId.TryParse("8000000001020305", out var other), Is.True);
        Assert.That(EngineId.TryParse(SenderEngine, out var engine), Is.True);
        var key = KeyLocalization.PasswordToKey(AuthProtocol.HmacSha256, "the password"u8);
        UserCredentials At(EngineId each) =>
            new("signer", AuthProtocol.HmacSha256, UserSecret.LocalizedKey(KeyLocalization.Localize(AuthProtocol.HmacSha256, key, each.Octets)));
        await using var receiver = Receiver(At(other), At(engine));
        Send(receiver, "snmptrap", [.. V3("signer", SecurityLevel.AuthNoPriv), "-e", SenderEngine], LinkDown);
        Send(receiver, "snmptrap", [.. V3("signer", SecurityLevel.AuthNoPriv), "-e", "0x8000000001020305"], LinkDown);
        var engines = new[] { (await Next(receiver)).Engine, (await Next(receiver)).Engine };
        Assert.That(engines, Is.EquivalentTo(new[] { engine, other }));
    }

    [Test]
    public async Task An_inform_that_there_is_no_room_for_is_not_answered()
    {
        await using var receiver = Receiver(IPAddress.Loopback, 1, new CommunityCredentials("told"));
        Assert.That(Send(receiver, "snmpinform", ["-v2c", "-c", "told"], LinkDown).ExitCode, Is.Zero);
        Assert.That(Send(receiver, "snmpinform", ["-v2c", "-c", "told", "-r0", "-t1"], LinkDown).ExitCode, Is.Not.Zero);
        Assert.That(receiver.Counters.Dropped, Is.EqualTo(1));
    }

    [Test]
    public async Task Notifications_that_would_take_too_much_memory_are_dropped_until_there_is_room()
    {
        string[] large = [.. LinkDown[..2], "1.3.6.1.2.1.1.5.0", "s", new string('x', 1_500)];
        var options = Options(IPAddress.Loopback, 16, [new CommunityCredentials("told")]) with { CapacityOctets = 2_000 };
        await using var receiver = new NotificationReceiver(options);
        Assert.That(Send(receiver, "snmpinform", ["-v2c", "-c", "told"], large).ExitCode, Is.Zero);
        Assert.That(Send(receiver, "snmpinform", ["-v2c", "-c", "told", "-r0", "-t1"], large).ExitCode, Is.Not.Zero);
        await Next(receiver);
        Assert.That(Send(receiver, "snmpinform", ["-v2c", "-c", "told"], large).ExitCode, Is.Zero);
    }

    [Test]
    public async Task An_inform_of_our_client_says_whose_objects_it_is_about()
    {
        await using var client = new SnmpClient();
        var engine = EngineId.Make();
        var target = new SnmpTarget(_receiver.EndPoints[0], Secret.InContext("domain"));
        await client.InformAsync(
            target,
            4711,
            new(1, 3, 6, 1, 6, 3, 1, 1, 5, 3),
            [new(new(1, 3, 6, 1, 2, 1, 1, 5, 0), SnmpValue.OctetString("edge"))],
            engine
        );
        var received = await Next(_receiver);
        Assert.That((received.Engine, received.ContextName, received.UpTime), Is.EqualTo((engine, "domain", 4711u)));
        Assert.That(received.VarBinds.Single().Value.Text, Is.EqualTo("edge"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task An_inform_that_is_confirmed_later_is_answered_then_and_handed_out_once(bool isV3)
    {
        var options = Options(IPAddress.Loopback, 16, [new CommunityCredentials("told"), Secret]) with { ConfirmsLater = true };
        await using var receiver = new NotificationReceiver(options);
        await using var client = new SnmpClient();
        var target = new SnmpTarget(receiver.EndPoints[0], isV3 ? Secret : new CommunityCredentials("told"))
        {
            Timeout = TimeSpan.FromMilliseconds(100),
            Retries = 10,
        };
        var inform = client.InformAsync(target, 1, new(1, 3, 6, 1, 6, 3, 1, 1, 5, 3), []);
        var received = await Next(receiver);
        // It comes again and again, and is not taken for another one.
        Assert.That(() => receiver.Counters.Accepted, Is.GreaterThanOrEqualTo(3).After(5_000, 10));
        Assert.That(inform.IsCompleted, Is.False);
        received.Confirm();
        await inform;
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        Assert.That(
            async () => await receiver.ReadAllAsync(patience.Token).GetAsyncEnumerator().MoveNextAsync(),
            Throws.InstanceOf<OperationCanceledException>()
        );
    }

    [Test]
    public async Task An_inform_that_nobody_confirms_has_failed_for_its_sender()
    {
        await using var receiver = new NotificationReceiver(Options(IPAddress.Loopback, 16, [Secret]) with { ConfirmsLater = true });
        await using var client = new SnmpClient();
        var target = new SnmpTarget(receiver.EndPoints[0], Secret) { Timeout = TimeSpan.FromMilliseconds(100), Retries = 1 };
        Assert.That(
            async () => await client.InformAsync(target, 1, new(1, 3, 6, 1, 6, 3, 1, 1, 5, 3), []),
            Throws.InstanceOf<SnmpTimeoutException>()
        );
    }

    [TestCase("")]
    [TestCase("30")]
    [TestCase("3080")]
    [TestCase("3003020103")]
    [TestCase("300B 020101 0404 746F6C64 0500", Description = "no PDU")]
    public void Octets_that_are_no_notification_are_counted(string octets)
    {
        using var sender = new UdpClient(AddressFamily.InterNetwork);
        sender.Send(Hex.Bytes(octets), _receiver.EndPoints[0]);
        Assert.That(() => _receiver.Counters is { Messages: 1, Accepted: 0 }, Is.True.After(5_000, 10));
    }

    [Test]
    public async Task Every_prefix_and_every_changed_octet_of_a_trap_is_refused()
    {
        using var wire = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        Send((IPEndPoint)wire.Client.LocalEndPoint!, "snmptrap", [.. V3("secret", SecurityLevel.AuthPriv), "-e", SenderEngine], LinkDown);
        var good = (await wire.ReceiveAsync()).Buffer;
        var accepted = 0;
        var engine = new NotificationEngine(Options(IPAddress.Loopback, 1, [Secret]), _ => ++accepted > 0);
        var (scratch, answer) = (new byte[65_536], new byte[65_536]);
        void Take(byte[] message) => engine.Process(message, scratch, answer, new IPEndPoint(IPAddress.Loopback, 1), default);
        for (var length = 0; length < good.Length; length++)
            Take(good[..length]);
        for (var at = 0; at < good.Length; at++)
        {
            byte[] changed = [.. good];
            changed[at] ^= 0x11;
            Take(changed);
        }
        Assert.That(accepted, Is.Zero);
        Take(good);
        Assert.That(accepted, Is.EqualTo(1));
    }

    private NotificationReceiver Receiver(params SnmpCredentials[] credentials) => Receiver(IPAddress.Loopback, 16, credentials);

    private NotificationReceiver Receiver(IPAddress address, int capacity, params SnmpCredentials[] credentials) =>
        new(Options(address, capacity, credentials));

    private NotificationReceiverOptions Options(IPAddress address, int capacity, SnmpCredentials[] credentials) =>
        new()
        {
            Listen = [new IPEndPoint(address, 0)],
            Credentials = credentials,
            Identity = new EngineIdentity(EngineId.Make(), 5, _clock),
            Capacity = capacity,
        };

    private static async Task<Notification> Next(NotificationReceiver receiver)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await foreach (var notification in receiver.ReadAllAsync(patience.Token))
            return notification;
        throw new InvalidOperationException("the receiver is closed");
    }

    private static string[] V3(string user, SecurityLevel level, string password = Password)
    {
        string[] name = ["-v3", "-u", user, "-l", level.Words()];
        return level switch
        {
            SecurityLevel.NoAuthNoPriv => name,
            SecurityLevel.AuthNoPriv => [.. name, "-a", user == "secret" ? "SHA-512" : "SHA-256", "-A", password],
            _ => [.. name, "-a", "SHA-512", "-A", password, "-x", "AES-256", "-X", password],
        };
    }

    private static ToolResult Send(NotificationReceiver to, string tool, string[] options, params string[] what) =>
        Send(to.EndPoints[0], tool, options, what);

    private static ToolResult Send(IPEndPoint to, string tool, string[] options, params string[] what) =>
        SnmpTool.Run(tool, [.. options, $"{(to.AddressFamily == AddressFamily.InterNetworkV6 ? "udp6" : "udp")}:{to}", .. what]);
}
