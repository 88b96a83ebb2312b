using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Security.Usm;
using Rtfm.Snmp.Transport;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests.Client;

/// <summary>Our client against Net-SNMP's agent: every pair of protocols that it has, and what it reports.</summary>
[TestFixture]
public sealed class NetSnmpAgentTests
{
    private const string AuthPassword = "the authentication one";
    private const string PrivPassword = "the privacy one";

    private static readonly ObjectIdentifier SysName = new(1, 3, 6, 1, 2, 1, 1, 5, 0);
    private static readonly ObjectIdentifier EngineBoots = new(1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0);

    private static readonly AuthProtocol[] Auths =
    [
        AuthProtocol.HmacMd5,
        AuthProtocol.HmacSha1,
        AuthProtocol.HmacSha224,
        AuthProtocol.HmacSha256,
        AuthProtocol.HmacSha384,
        AuthProtocol.HmacSha512,
    ];

    private static readonly PrivProtocol[] Privs =
    [
        PrivProtocol.None,
        PrivProtocol.Des,
        PrivProtocol.Aes128,
        PrivProtocol.Aes192,
        PrivProtocol.Aes256,
    ];

    private NetSnmpAgent _agent = null!;
    private SnmpClient _client = null!;

    [OneTimeSetUp]
    public void StartAgent()
    {
        if (!NetSnmpAgent.IsInstalled)
            Assert.Ignore("snmpd is not installed");
        var lines = new List<string> { "sysName net-snmp", "createUser nobody", "rouser nobody noauth", "rocommunity public" };
        foreach (var auth in Auths)
        {
            foreach (var priv in Privs)
            {
                var name = NameOf(auth, priv);
                var protection = priv == PrivProtocol.None ? "" : $" {priv.ToName()} \"{PrivPassword}\"";
                lines.Add($"createUser {name} {auth.ToName()} \"{AuthPassword}\"{protection}");
                lines.Add($"rouser {name} {(priv == PrivProtocol.None ? "auth" : "priv")}");
            }
        }
        _agent = NetSnmpAgent.Start(string.Join('\n', lines) + "\n");
    }

    [OneTimeTearDown]
    public void EndAgent() => _agent?.Dispose();

    [SetUp]
    public void MakeClient() => _client = new SnmpClient();

    [TearDown]
    public async Task CloseClient() => await _client.DisposeAsync();

    [Test]
    public async Task Every_pair_of_protocols_is_understood(
        [ValueSource(nameof(Auths))] AuthProtocol auth,
        [ValueSource(nameof(Privs))] PrivProtocol priv
    )
    {
        var answer = await _client.GetAsync(Target(User(auth, priv)), [SysName]);
        Assert.That(answer[0].Value.Text, Is.EqualTo("net-snmp"));
    }

    [Test]
    public async Task A_user_without_keys_is_answered()
    {
        var answer = await _client.GetAsync(Target(new UserCredentials("nobody")), [SysName]);
        Assert.That(answer[0].Value.Text, Is.EqualTo("net-snmp"));
    }

    [Test]
    public async Task A_walk_goes_through_the_system_group()
    {
        var count = 0;
        await foreach (var _ in _client.WalkAsync(Target(User(AuthProtocol.HmacSha256, PrivProtocol.Aes128)), new(1, 3, 6, 1, 2, 1, 1), 4))
            count++;
        Assert.That(count, Is.GreaterThan(8));
    }

    [Test]
    public async Task Many_requests_share_one_discovery()
    {
        var target = Target(User(AuthProtocol.HmacSha512, PrivProtocol.Aes256));
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => _client.GetAsync(target, [SysName])));
        Assert.That(answers, Has.All.Count.EqualTo(1));
        Assert.That((_client.IgnoredAnswers, _client.WrongDigests), Is.EqualTo((0L, 0L)));
    }

    [Test]
    public async Task Over_TCP_many_requests_share_one_connection()
    {
        var target = Target(User(AuthProtocol.HmacSha256, PrivProtocol.Aes128)) with { Transport = TransportKind.Tcp };
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => _client.GetAsync(target, [SysName])));
        Assert.That(answers, Has.All.Count.EqualTo(1));
        Assert.That(_client.IgnoredAnswers, Is.Zero);
    }

    [Test]
    public async Task Over_TCP_a_walk_with_a_community_goes_through_the_system_group()
    {
        var count = 0;
        var target = Target(new CommunityCredentials("public")) with { Transport = TransportKind.Tcp };
        await foreach (var _ in _client.WalkAsync(target, new(1, 3, 6, 1, 2, 1, 1), 4))
            count++;
        Assert.That(count, Is.GreaterThan(8));
    }

    [Test]
    public void An_unknown_user_is_said() =>
        Fails(new UserCredentials("stranger", AuthProtocol.HmacSha1, Password("whatever it is")), "unknown user name 'stranger'");

    [Test]
    public void A_wrong_password_is_said() =>
        Fails(
            new UserCredentials(NameOf(AuthProtocol.HmacSha256, PrivProtocol.None), AuthProtocol.HmacSha256, Password("not this one")),
            "wrong password or key for authentication"
        );

    [Test]
    public void A_wrong_protocol_is_said() =>
        Fails(
            new UserCredentials(NameOf(AuthProtocol.HmacSha256, PrivProtocol.None), AuthProtocol.HmacSha512, Password(AuthPassword)),
            "or not SHA-512"
        );

    [Test]
    public void A_level_the_user_has_no_keys_for_is_said() =>
        Fails(
            new UserCredentials(
                NameOf(AuthProtocol.HmacSha256, PrivProtocol.None),
                AuthProtocol.HmacSha256,
                Password(AuthPassword),
                PrivProtocol.Aes128,
                Password(PrivPassword)
            ),
            "has no authPriv there"
        );

    [Test]
    public void Another_engine_than_was_asked_for_is_said()
    {
        Assert.That(EngineId.TryParse("8000000001020304", out var other), Is.True);
        Fails(
            new UserCredentials(NameOf(AuthProtocol.HmacSha256, PrivProtocol.None), AuthProtocol.HmacSha256, Password(AuthPassword))
            {
                EngineId = other,
            },
            ", not 8000000001020304"
        );
    }

    [Test]
    public async Task An_agent_that_started_anew_is_asked_on()
    {
        var target = Target(User(AuthProtocol.HmacSha384, PrivProtocol.Aes192));
        var before = await _client.GetAsync(target, [EngineBoots]);
        _agent.Restart();
        var after = await _client.GetAsync(target, [EngineBoots]);
        Assert.That(after[0].Value.Signed, Is.EqualTo(before[0].Value.Signed + 1));
    }

    private void Fails(UserCredentials user, string message) =>
        Assert.That(
            async () => await _client.GetAsync(Target(user), [SysName]),
            Throws.InstanceOf<SnmpSecurityException>().With.Message.Contains(message)
        );

    private SnmpTarget Target(SnmpCredentials credentials) =>
        new(_agent.EndPoint, credentials) { Timeout = TimeSpan.FromMilliseconds(300), Retries = 5 };

    private static UserCredentials User(AuthProtocol auth, PrivProtocol priv) =>
        new(NameOf(auth, priv), auth, Password(AuthPassword), priv, priv == PrivProtocol.None ? null : Password(PrivPassword));

    private static UserSecret Password(string text) => UserSecret.Password(text);

    private static string NameOf(AuthProtocol auth, PrivProtocol priv) => $"{auth}-{priv}".ToLowerInvariant();
}
