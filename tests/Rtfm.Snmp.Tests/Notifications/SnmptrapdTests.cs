using System.Net;
using System.Net.Sockets;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Notifications;
using Rtfm.Snmp.Security.Usm;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests.Notifications;

/// <summary>Notifications as Net-SNMP's snmptrapd takes them.</summary>
[TestFixture]
public sealed class SnmptrapdTests
{
    private const string Told = ".1.3.6.1.2.1.1.5.0 = STRING: \"told\"";
    private const string V2VarBinds = ".1.3.6.1.2.1.1.3.0 = 4711\t.1.3.6.1.6.3.1.1.4.1.0 = OID: .1.3.6.1.4.1.8072.9999.9999.1.0.7\t" + Told;

    private static readonly EngineId ReceiversEngine = new(Convert.FromHexString(TrapReceiver.EngineId));

    [SetUp]
    public void RequireTools()
    {
        if (!TrapReceiver.IsInstalled)
            Assert.Ignore("snmptrapd is not installed");
    }

    [Test]
    public async Task A_trap_of_SNMPv1_names_enterprise_and_number()
    {
        using var receiver = TrapReceiver.Start();
        await using var originator = new Originator(Originator.To(receiver.EndPoint, SnmpVersion.V1));

        originator.Raise();

        Assert.That(
            receiver.WaitFor("told"),
            Is.EqualTo($"TRAP, SNMP v1, community {TrapReceiver.Community}|localhost|.1.3.6.1.4.1.8072.9999.9999.1|6|.7|4711|{Told}")
        );
    }

    [Test]
    public async Task A_standard_trap_of_SNMPv1_is_generic()
    {
        using var receiver = TrapReceiver.Start();
        await using var originator = new Originator(Originator.To(receiver.EndPoint, SnmpVersion.V1));

        originator.Raise(new Notification(Notification.LinkDown));

        Assert.That(
            receiver.WaitFor("TRAP"),
            Is.EqualTo($"TRAP, SNMP v1, community {TrapReceiver.Community}|localhost|.1.3.6.1.6.3.1.1.5|2|0|4711|")
        );
    }

    [Test]
    public async Task A_trap_of_SNMPv2c_has_time_and_type_in_front()
    {
        using var receiver = TrapReceiver.Start();
        await using var originator = new Originator(Originator.To(receiver.EndPoint, SnmpVersion.V2c));

        originator.Raise();

        Assert.That(receiver.WaitFor("told"), Is.EqualTo($"TRAP2, SNMP v2c, community {TrapReceiver.Community}|{V2VarBinds}"));
    }

    [Test]
    public async Task An_inform_of_SNMPv2c_is_acknowledged()
    {
        using var receiver = TrapReceiver.Start();
        await using var originator = new Originator(Originator.To(receiver.EndPoint, SnmpVersion.V2c, isInform: true));

        originator.Raise();

        Assert.That(receiver.WaitFor("told"), Is.EqualTo($"INFORM, SNMP v2c, community {TrapReceiver.Community}|{V2VarBinds}"));
        originator.WaitFor(counters => counters.Acknowledged == 1);
        Assert.That(originator.Counters.Retries, Is.Zero);
    }

    [TestCase(SnmpVersion.V1, false)]
    [TestCase(SnmpVersion.V2c, false)]
    [TestCase(SnmpVersion.V2c, true)]
    public async Task Notifications_go_over_IPv6(SnmpVersion version, bool isInform)
    {
        if (!Socket.OSSupportsIPv6)
            Assert.Ignore("no IPv6 here");
        using var receiver = TrapReceiver.Start(IPAddress.IPv6Loopback);
        await using var originator = new Originator(Originator.To(receiver.EndPoint, version, isInform));

        originator.Raise();

        receiver.WaitFor("told");
        if (isInform)
            originator.WaitFor(counters => counters.Acknowledged == 1);
    }

    [TestCase(SecurityLevel.NoAuthNoPriv, AuthProtocol.HmacSha256, PrivProtocol.Aes128, "SHA-256", "AES")]
    [TestCase(SecurityLevel.AuthNoPriv, AuthProtocol.HmacSha256, PrivProtocol.Aes128, "SHA-256", "AES")]
    [TestCase(SecurityLevel.AuthPriv, AuthProtocol.HmacSha256, PrivProtocol.Aes128, "SHA-256", "AES")]
    [TestCase(SecurityLevel.AuthPriv, AuthProtocol.HmacSha1, PrivProtocol.Des, "SHA", "DES")]
    [TestCase(SecurityLevel.AuthPriv, AuthProtocol.HmacMd5, PrivProtocol.Aes128, "MD5", "AES")]
    [TestCase(SecurityLevel.AuthPriv, AuthProtocol.HmacSha512, PrivProtocol.Aes256, "SHA-512", "AES-256")]
    public async Task A_trap_of_SNMPv3_is_of_our_own_engine(
        SecurityLevel level,
        AuthProtocol auth,
        PrivProtocol priv,
        string authName,
        string privName
    )
    {
        using var receiver = StartFor(level, authName, privName, $"-e 0x{Originator.EngineId}");
        await using var originator = new Originator(Originator.To(receiver.EndPoint, level, isInform: false, Originator.EngineId, auth, priv));

        originator.Raise();

        Assert.That(receiver.WaitFor("told"), Is.EqualTo($"TRAP2, SNMP v3, user {Originator.UserName}, context |{V2VarBinds}"));
    }

    [TestCase(SecurityLevel.NoAuthNoPriv, AuthProtocol.HmacSha256, PrivProtocol.Aes128, "SHA-256", "AES")]
    [TestCase(SecurityLevel.AuthNoPriv, AuthProtocol.HmacSha256, PrivProtocol.Aes128, "SHA-256", "AES")]
    [TestCase(SecurityLevel.AuthPriv, AuthProtocol.HmacSha256, PrivProtocol.Aes128, "SHA-256", "AES")]
    [TestCase(SecurityLevel.AuthPriv, AuthProtocol.HmacSha1, PrivProtocol.Des, "SHA", "DES")]
    [TestCase(SecurityLevel.AuthPriv, AuthProtocol.HmacSha512, PrivProtocol.Aes256, "SHA-512", "AES-256")]
    public async Task An_inform_of_SNMPv3_finds_the_receivers_engine_and_time(
        SecurityLevel level,
        AuthProtocol auth,
        PrivProtocol priv,
        string authName,
        string privName
    )
    {
        using var receiver = StartFor(level, authName, privName);
        await using var originator = new Originator(Originator.To(receiver.EndPoint, level, isInform: true, ReceiversEngine, auth, priv));

        originator.Raise();
        originator.WaitFor(counters => counters.Acknowledged == 1);
        originator.Raise(Originator.Sample("again"));
        originator.WaitFor(counters => counters.Acknowledged == 2);

        Assert.That(receiver.WaitFor("told"), Is.EqualTo($"INFORM, SNMP v3, user {Originator.UserName}, context |{V2VarBinds}"));
        Assert.That(originator.Counters.Retries, Is.Zero);
        // Discovery and time are asked for once.
        var lessons = level == SecurityLevel.NoAuthNoPriv ? 1 : 2;
        Assert.That(originator.Snmp.OutNotificationPackets, Is.EqualTo(2 + lessons));
    }

    [TestCase("wrong password", Originator.PrivPassword)]
    [TestCase(Originator.AuthPassword, "wrong password")]
    public async Task An_inform_with_wrong_keys_is_given_up(string authPassword, string privPassword)
    {
        using var receiver = StartFor(SecurityLevel.AuthPriv, "SHA-256", "AES");
        var configuration = Originator.To(
            receiver.EndPoint,
            SecurityLevel.AuthPriv,
            isInform: true,
            ReceiversEngine,
            authPassword: authPassword,
            privPassword: privPassword
        );
        await using var originator = new Originator(configuration);

        originator.Raise();
        originator.WaitFor(counters => counters.GivenUp == 1);

        Assert.That(originator.Counters.Acknowledged, Is.Zero);
        Assert.That(receiver.Notifications, Is.Empty);
    }

    [Test]
    public async Task A_trap_with_wrong_keys_is_not_taken()
    {
        using var receiver = StartFor(SecurityLevel.AuthPriv, "SHA-256", "AES", $"-e 0x{Originator.EngineId}");
        var wrong = Originator.To(receiver.EndPoint, SecurityLevel.AuthPriv, isInform: false, Originator.EngineId, authPassword: "wrong password");
        await using var originator = new Originator(wrong);

        originator.Raise(Originator.Sample("forged"));
        originator.WaitFor(counters => counters.Traps == 1);
        originator.Configuration = Originator.To(receiver.EndPoint, SecurityLevel.AuthPriv, isInform: false, Originator.EngineId);
        originator.Raise();

        receiver.WaitFor("told");
        Assert.That(receiver.Notifications, Has.None.Contains("forged"));
    }

    [Test]
    public async Task An_inform_reaches_a_receiver_that_was_restarted()
    {
        using var receiver = StartFor(SecurityLevel.AuthPriv, "SHA-256", "AES");
        await using var originator = new Originator(Originator.To(receiver.EndPoint, SecurityLevel.AuthPriv, isInform: true, ReceiversEngine));
        originator.Raise();
        originator.WaitFor(counters => counters.Acknowledged == 1);

        // A restart: its boots go up, its time begins again.
        receiver.Restart();
        originator.Raise(Originator.Sample("after"));

        originator.WaitFor(counters => counters.Acknowledged == 2);
        receiver.WaitFor("after");
    }

    private static TrapReceiver StartFor(SecurityLevel level, string auth, string priv, string engine = "")
    {
        var keys = level switch
        {
            SecurityLevel.AuthPriv => $" {auth} \"{Originator.AuthPassword}\" {priv} \"{Originator.PrivPassword}\"",
            SecurityLevel.AuthNoPriv => $" {auth} \"{Originator.AuthPassword}\"",
            _ => "",
        };
        var least = level switch
        {
            SecurityLevel.AuthPriv => "priv",
            SecurityLevel.AuthNoPriv => "auth",
            _ => "noauth",
        };
        return TrapReceiver.Start(null, $"createUser {engine} {Originator.UserName}{keys}", $"authUser log {Originator.UserName} {least}");
    }
}
