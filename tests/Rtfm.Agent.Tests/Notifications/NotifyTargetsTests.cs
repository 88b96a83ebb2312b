using Rtfm.Agent.Mib;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Agent.Tests.Notifications;

/// <summary>Who is told, as the settings say it.</summary>
[TestFixture]
public sealed class NotifyTargetsTests
{
    private static readonly EngineId Own = new([1, 2, 3, 4, 5]);
    private static readonly EngineId Receiver = new([5, 4, 3, 2, 1]);

    [TestCase("udp:192.0.2.1", "v2c", "c", null, false, "Notify[0]:To is 'udp:192.0.2.1': no port.")]
    [TestCase("tcp:192.0.2.1:162", "v2c", "c", null, false, "Notify[0]:To is 'tcp:192.0.2.1:162': not a UDP address.")]
    [TestCase("udp:0.0.0.0:162", "v2c", "c", null, false, "Notify[0]:To is 'udp:0.0.0.0:162': nobody is there.")]
    [TestCase("udp:192.0.2.1:0", "v2c", "c", null, false, "Notify[0]:To is 'udp:192.0.2.1:0': nobody is there.")]
    [TestCase("udp:192.0.2.1:162", "2", "c", null, false, "Notify[0]:Version is '2'. Write v1, v2c or v3.")]
    [TestCase("udp:192.0.2.1:162", "v2c", null, null, false, "Notify[0] has no Community, which v2c needs")]
    [TestCase("udp:192.0.2.1:162", "v1", "c", null, true, "Notify[0]:Inform is true, but SNMPv1 has no informs.")]
    [TestCase("udp:192.0.2.1:162", "v1", "c", "anna", false, "Notify[0]:User is 'anna', but v1 has no users.")]
    [TestCase("udp:192.0.2.1:162", "v3", null, null, false, "Notify[0] has no User, which v3 needs.")]
    [TestCase("udp:192.0.2.1:162", "v3", "c", "anna", false, "Notify[0] has a Community, which v3 does not use.")]
    public void A_wrong_entry_is_told_with_what_would_be_right(
        string to,
        string version,
        string? community,
        string? user,
        bool inform,
        string message
    )
    {
        KeyValuePair<string, string?>[] settings =
        [
            Setting(nameof(NotifyOptions.To), to),
            Setting(nameof(NotifyOptions.Version), version),
            Setting(nameof(NotifyOptions.Community), community),
            Setting(nameof(NotifyOptions.User), user),
            Setting(nameof(NotifyOptions.Inform), inform ? "true" : "false"),
        ];

        Assert.That(
            () => AgentSettings.Load(null, settings),
            Throws.InstanceOf<SettingsException>().With.Message.StartsWith($"Rtfm:Agent:{message}")
        );
    }

    [Test]
    public void Rows_are_made_that_SNMP_cannot_change()
    {
        var made = Add(new SnmpConfiguration(), Entry("v2c") with { Community = "c", Inform = true });

        Assert.That(made.Notify.Single(), Has.Property("IsInform").True.And.Property("Storage").EqualTo(StorageType.ReadOnly));
        Assert.That(made.TargetAddresses.Single().Address, Is.EqualTo(new byte[] { 192, 0, 2, 1, 0, 162 }));
        Assert.That(made.TargetParams.Single(), Has.Property("MessageModel").EqualTo(1).And.Property("Model").EqualTo(SecurityModel.V2c));
    }

    [Test]
    public void A_community_of_a_target_lets_nobody_ask()
    {
        var made = Add(new SnmpConfiguration().WithStandardAccess(), Entry("v2c") with { Community = "c" });

        var access = new Snmp.Security.Access.AccessControl(made);
        var name = made.Communities.Single().SecurityName;
        Assert.That(made.Communities.Single().TransportTag, Is.EqualTo(made.TargetAddresses.Single().TagList));
        Assert.That(Find(Snmp.Security.Access.ViewType.Read), Is.Null);
        Assert.That(Find(Snmp.Security.Access.ViewType.Write), Is.Null);
        Assert.That(Find(Snmp.Security.Access.ViewType.Notify), Is.Not.Null);

        Snmp.Security.Access.View? Find(Snmp.Security.Access.ViewType type) =>
            access.Find(SecurityModel.V2c, name, SecurityLevel.NoAuthNoPriv, "", type);
    }

    [Test]
    public void A_community_that_is_known_goes_on_meaning_whom_it_meant()
    {
        var open = new SnmpConfiguration().WithStandardAccess().WithCommunity("c", "reader", Permission.Read);

        var made = Add(open, Entry("v1") with { Community = "c" });

        Assert.That(made.Communities.Single().SecurityName, Is.EqualTo("reader"));
        Assert.That(made.TargetParams.Single().SecurityName, Is.EqualTo("reader"));
    }

    [Test]
    public void A_trap_needs_a_user_of_this_agent_and_an_inform_one_of_the_receiver()
    {
        var open = new SnmpConfiguration().WithStandardAccess();
        var here = open with { Users = open.Users.With(User(Own)) };
        var there = open with { Users = open.Users.With(User(Receiver)) };
        var trap = Entry("v3") with { User = "anna" };
        var inform = trap with { Inform = true };

        Assert.That(Add(here, trap).TargetParams.Single().Level, Is.EqualTo(SecurityLevel.AuthNoPriv));
        Assert.That(Add(there, inform).TargetParams.Single().SecurityName, Is.EqualTo("anna"));
        Assert.That(() => Add(there, trap), Throws.InstanceOf<SettingsException>().With.Message.Contains("whom this agent does not have"));
        Assert.That(() => Add(here, inform), Throws.InstanceOf<SettingsException>().With.Message.Contains("whom no receiver's engine has"));
    }

    [Test]
    public void IPv6_addresses_have_their_own_transport_domain()
    {
        var made = Add(new SnmpConfiguration(), Entry("v2c") with { Community = "c", To = "udp:[2001:db8::1]:162" });

        Assert.That(made.TargetAddresses.Single().Domain.ToString(), Is.EqualTo("1.3.6.1.2.1.100.1.2"));
        Assert.That(made.TargetAddresses.Single().Address, Has.Length.EqualTo(18));
    }

    private static SnmpConfiguration Add(SnmpConfiguration configuration, NotifyOptions entry) => NotifyTargets.Add(configuration, [entry], Own);

    private static NotifyOptions Entry(string version) => new() { To = "udp:192.0.2.1:162", Version = version };

    private static UsmUser User(EngineId at) =>
        new()
        {
            EngineId = at,
            Name = "anna",
            Auth = AuthProtocol.HmacSha256,
            AuthKey = new byte[32],
        };

    private static KeyValuePair<string, string?> Setting(string name, string? value) => new($"{AgentOptions.Section}:Notify:0:{name}", value);
}
