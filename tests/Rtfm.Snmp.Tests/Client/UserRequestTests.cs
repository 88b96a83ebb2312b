using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security.Usm;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests.Client;

/// <summary>Requests of a user to our agent, with somebody on the way who changes, adds and keeps what passes; agents that start anew, clocks that differ.</summary>
[TestFixture]
public sealed class UserRequestTests
{
    private static readonly ObjectIdentifier SysName = new(1, 3, 6, 1, 2, 1, 1, 5, 0);
    private static readonly ObjectIdentifier EngineBoots = new(1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0);
    private static readonly UserSecret Auth = UserSecret.Password("the authentication one");
    private static readonly UserSecret Priv = UserSecret.Password("the privacy one");
    private static readonly UserCredentials User = new("user", AuthProtocol.HmacSha256, Auth, PrivProtocol.Aes128, Priv);

    private readonly EngineId _engineId = EngineId.Make();
    private readonly FakeClock _agentClock = new();
    private readonly FakeClock _clientClock = new();
    private UserAgent _agent = null!;
    private Wire _wire = null!;
    private SnmpClient _client = null!;

    [SetUp]
    public void Start()
    {
        _agent = new UserAgent(User, _engineId, 3, _agentClock);
        _wire = new Wire(_agent.EndPoint);
        _client = new SnmpClient();
    }

    [TearDown]
    public async Task End()
    {
        await _client.DisposeAsync();
        _wire.Dispose();
        _agent.Dispose();
    }

    [TestCase(AuthProtocol.HmacSha1, PrivProtocol.Aes192Cisco)]
    [TestCase(AuthProtocol.HmacMd5, PrivProtocol.Aes256Cisco)]
    [TestCase(AuthProtocol.HmacSha224, PrivProtocol.Aes256Cisco)]
    public async Task Keys_that_are_lengthened_as_Cisco_does_fit(AuthProtocol auth, PrivProtocol priv)
    {
        var user = new UserCredentials("user", auth, Auth, priv, Priv);
        Restart(new UserAgent(user, _engineId, 4, _agentClock));
        Assert.That(await Get(user, EngineBoots), Is.EqualTo(4));
    }

    [Test]
    public async Task A_localised_key_is_as_good_as_its_password()
    {
        var at = User.At(_engineId);
        var user = new UserCredentials("user", at.Auth, UserSecret.LocalizedKey(at.AuthKey), at.Priv, UserSecret.LocalizedKey(at.PrivKey));
        Assert.That(await Get(user, EngineBoots), Is.EqualTo(3));
    }

    [Test]
    public async Task What_is_set_is_read_back()
    {
        await _client.SetAsync(Target(User), [new VarBind(SysName, SnmpValue.OctetString("edge-1"))]);
        Assert.That((await _client.GetAsync(Target(User), [SysName]))[0].Value.Text, Is.EqualTo("edge-1"));
    }

    [Test]
    public void A_wrong_password_for_privacy_is_said() =>
        Fails(
            new("user", AuthProtocol.HmacSha256, Auth, PrivProtocol.Aes128, UserSecret.Password("not this one")),
            "wrong password or key for privacy of user 'user'"
        );

    [Test]
    public void An_unknown_context_is_said() =>
        Fails(new("user", AuthProtocol.HmacSha256, Auth, PrivProtocol.Aes128, Priv) { ContextName = "nowhere" }, "unknown context 'nowhere'");

    [Test]
    public void No_secret_is_in_what_is_said()
    {
        var target = Target(new("user", AuthProtocol.HmacSha256, UserSecret.Password("not this one")));
        var error = Assert.ThrowsAsync<SnmpSecurityException>(() => _client.GetAsync(target, [SysName]));
        Assert.That($"{error} {target} {target.Credentials} {Auth}", Does.Not.Contain("not this one").And.Not.Contain("authentication one"));
    }

    [Test]
    public async Task An_agent_that_started_once_more_is_asked_on()
    {
        await Get(User, EngineBoots);
        Restart(new UserAgent(User, _engineId, 4, _agentClock));
        Assert.That(await Get(User, EngineBoots), Is.EqualTo(4));
    }

    [Test]
    public async Task An_engine_with_another_name_at_the_same_address_is_found()
    {
        await Get(User, EngineBoots);
        Restart(new UserAgent(User, EngineId.Make(), 1, _agentClock));
        Assert.That(await Get(User, EngineBoots), Is.EqualTo(1));
    }

    [Test]
    public async Task An_engine_whose_starts_went_back_is_not_believed()
    {
        await Get(User, EngineBoots);
        Restart(new UserAgent(User, _engineId, 2, _agentClock));
        Fails(User, "its time went back");
    }

    [TestCase(1_000, 5, Description = "the agent slept")]
    [TestCase(5, 1_000, Description = "we slept")]
    public async Task Clocks_that_went_apart_are_set_again(int clientSeconds, int agentSeconds)
    {
        await using var client = new SnmpClient(new SnmpClientOptions { Clock = _clientClock });
        Assert.That(await client.GetAsync(Target(User), [SysName]), Has.Count.EqualTo(1));
        _clientClock.Advance(TimeSpan.FromSeconds(clientSeconds));
        _agentClock.Advance(TimeSpan.FromSeconds(agentSeconds));
        Assert.That(await client.GetAsync(Target(User), [SysName]), Has.Count.EqualTo(1));
        Assert.That(client.IgnoredAnswers, Is.Zero);
    }

    [Test]
    public async Task An_answer_with_a_wrong_digest_is_ignored_and_counted()
    {
        await Get(User, EngineBoots);
        _wire.Change = (_, answer) =>
        {
            byte[] changed = [.. answer];
            changed[^1] ^= 1;
            return [changed, answer];
        };
        Assert.That(await Get(User, EngineBoots), Is.EqualTo(3));
        Assert.That((_client.WrongDigests, _client.IgnoredAnswers), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public async Task An_answer_that_was_captured_earlier_is_ignored()
    {
        var captured = new List<byte[]>();
        _wire.Change = (_, answer) =>
        {
            captured.Add(answer);
            return [answer];
        };
        await Get(User, EngineBoots);
        _wire.Change = (_, answer) => [.. captured, answer, answer];
        Assert.That(await Get(User, EngineBoots), Is.EqualTo(3));
        Assert.That(() => _client.IgnoredAnswers, Is.EqualTo(captured.Count + 1).After(5_000, 10));
    }

    [Test]
    public async Task An_answer_below_the_level_that_was_asked_for_is_ignored()
    {
        await Get(User, EngineBoots);
        _wire.Change = (request, answer) => [Forge(request, PduType.Response, EngineBoots), answer];
        Assert.That(await Get(User, EngineBoots), Is.EqualTo(3));
        Assert.That(_client.IgnoredAnswers, Is.EqualTo(1));
    }

    [Test]
    public async Task A_request_that_is_sent_back_is_no_answer()
    {
        await Get(User, EngineBoots);
        _wire.Change = (request, answer) => [request, answer];
        Assert.That(await Get(User, EngineBoots), Is.EqualTo(3));
        Assert.That(_client.IgnoredAnswers, Is.EqualTo(1));
    }

    [TestCase(0, Description = "not in the time window")]
    [TestCase(1, Description = "unknown user name")]
    [TestCase(2, Description = "unknown engine ID")]
    public async Task A_report_that_nobody_signed_does_not_end_a_request_that_is_answered(int which)
    {
        uint[][] counters = [UsmStatistics.NotInTimeWindows, UsmStatistics.UnknownUserNames, UsmStatistics.UnknownEngineIds];
        await Get(User, EngineBoots);
        _wire.Change = (request, answer) => [Forge(request, PduType.Report, new(counters[which])), answer];
        Assert.That(await Get(User, EngineBoots), Is.EqualTo(3));
    }

    [Test]
    public async Task A_report_that_nobody_signed_is_told_when_nothing_better_comes()
    {
        await Get(User, EngineBoots);
        _wire.Change = (request, _) => [Forge(request, PduType.Report, new(UsmStatistics.UnknownUserNames))];
        Fails(User, "unknown user name 'user'");
    }

    [Test]
    public async Task Discovery_that_is_answered_in_anothers_name_fails_and_is_done_again()
    {
        _wire.Change = (request, _) => [Forge(request, PduType.Report, new(UsmStatistics.UnknownEngineIds), EngineId.Make())];
        Assert.That(async () => await Get(User, EngineBoots), Throws.InstanceOf<SnmpException>());
        _wire.Change = (_, answer) => [answer];
        Assert.That(await Get(User, EngineBoots), Is.EqualTo(3));
    }

    [Test]
    public async Task Octets_that_were_changed_anywhere_are_no_answer()
    {
        await Get(User, EngineBoots);
        var changes = 0;
        _wire.Change = (_, answer) =>
        {
            var all = new List<byte[]>();
            for (var at = 0; at < answer.Length; at++, changes++)
            {
                byte[] changed = [.. answer];
                changed[at] ^= 0x01;
                all.Add(changed);
            }
            return [.. all, answer];
        };
        Assert.That(await Get(User, EngineBoots), Is.EqualTo(3));
        Assert.That(_client.IgnoredAnswers, Is.EqualTo(changes));
    }

    private void Restart(UserAgent agent)
    {
        _agent.Dispose();
        _agent = agent;
        _wire.Agent = agent.EndPoint;
    }

    private async Task<long> Get(UserCredentials user, ObjectIdentifier name) => (await _client.GetAsync(Target(user), [name]))[0].Value.Signed;

    private void Fails(UserCredentials user, string message) =>
        Assert.That(async () => await Get(user, SysName), Throws.InstanceOf<SnmpSecurityException>().With.Message.Contains(message));

    private SnmpTarget Target(UserCredentials user) => new(_wire.EndPoint, user) { Timeout = TimeSpan.FromMilliseconds(400), Retries = 1 };

    /// <summary>What somebody can make up who saw a request but has no key: an answer of the lowest level.</summary>
    private byte[] Forge(byte[] request, PduType type, ObjectIdentifier name, EngineId engine = default)
    {
        var reader = new BerReader(request);
        reader.Enter();
        reader.Integer();
        Assert.That(V3Message.TryRead(request, ref reader, out var v3), Is.True);
        var octets = engine.IsEmpty ? _engineId.Octets : engine.Octets;
        var header = new UsmHeader
        {
            MessageId = v3.MessageId,
            MaxSize = 65_507,
            EngineId = octets,
            Boots = 3,
            UserName = User.NameOctets,
            ContextEngineId = octets,
        };
        var writer = new BerWriter(new byte[1_024]);
        var marks = UsmEnvelope.Begin(header, ref writer);
        var pdu = writer.Begin((byte)type);
        writer.Integer(v3.MessageId);
        writer.Integer(0);
        writer.Integer(0);
        var list = writer.Begin(0x30);
        var varBind = writer.Begin(0x30);
        writer.Oid(name.Span);
        writer.Unsigned(666, BerTag.Counter32);
        writer.End(varBind);
        writer.End(list);
        writer.End(pdu);
        UsmEnvelope.End(header, ref writer, marks);
        return writer.Written.ToArray();
    }
}
