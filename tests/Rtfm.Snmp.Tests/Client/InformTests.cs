using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security.Usm;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests.Client;

/// <summary>Informs to an agent's engine, from our client and from Net-SNMP's.</summary>
[TestFixture]
public sealed class InformTests
{
    private const string Password = "correct horse";

    private static readonly ObjectIdentifier Id = new(1, 3, 6, 1, 4, 1, 1, 0, 7);
    private static readonly VarBind Object = new(new(1, 3, 6, 1, 4, 1, 1, 1, 0), SnmpValue.OctetString("said"));
    private static readonly UserSecret Secret = UserSecret.Password(Password);
    private static readonly UserCredentials User = new("user", AuthProtocol.HmacSha256, Secret, PrivProtocol.Aes128, Secret);

    private readonly Receiver _receiver = new();
    private SnmpClient _client = null!;

    [SetUp]
    public void Start()
    {
        _receiver.Taken.Clear();
        _receiver.Answer = ErrorStatus.NoError;
        _client = new SnmpClient();
    }

    [TearDown]
    public async Task End() => await _client.DisposeAsync();

    [Test]
    public async Task An_inform_is_taken_and_confirmed()
    {
        using var agent = new UserAgent(User, EngineId.Make(), 1, TimeProvider.System, _receiver);
        await _client.InformAsync(new SnmpTarget(agent.EndPoint, User), 100, Id, [Object]);

        Assert.That(_receiver.Taken, Is.EqualTo(new[] { (Id, Object) }));
    }

    [Test]
    public void A_refusal_is_told()
    {
        _receiver.Answer = ErrorStatus.GenErr;
        using var agent = new UserAgent(User, EngineId.Make(), 1, TimeProvider.System, _receiver);
        Assert.That(
            async () => await _client.InformAsync(new SnmpTarget(agent.EndPoint, User), 100, Id, [Object]),
            Throws.TypeOf<SnmpErrorException>().With.Property("Status").EqualTo(ErrorStatus.GenErr)
        );
    }

    [Test]
    public void Who_may_not_write_is_not_listened_to()
    {
        using var agent = new UserAgent(User, EngineId.Make(), 1, TimeProvider.System, _receiver, Permission.Read);
        Assert.That(
            async () => await _client.InformAsync(new SnmpTarget(agent.EndPoint, User), 100, Id, [Object]),
            Throws.TypeOf<SnmpErrorException>().With.Property("Status").EqualTo(ErrorStatus.AuthorizationError)
        );
        Assert.That(_receiver.Taken, Is.Empty);
    }

    [Test]
    public void Who_is_not_authenticated_gets_no_answer()
    {
        var open = new UserCredentials("user");
        using var agent = new UserAgent(open, EngineId.Make(), 1, TimeProvider.System, _receiver);
        var target = new SnmpTarget(agent.EndPoint, open) { Timeout = TimeSpan.FromMilliseconds(100), Retries = 0 };
        Assert.That(async () => await _client.InformAsync(target, 100, Id, [Object]), Throws.TypeOf<SnmpTimeoutException>());
        Assert.That(_receiver.Taken, Is.Empty);
    }

    [Test]
    public void An_inform_of_Net_SNMP_is_taken()
    {
        if (!SnmpTool.IsInstalled)
            Assert.Ignore("Net-SNMP's tools are not installed");
        using var agent = new UserAgent(User, EngineId.Make(), 1, TimeProvider.System, _receiver);
        string[] user = ["-v3", "-u", "user", "-l", "authPriv", "-a", "SHA-256", "-A", Password, "-x", "AES", "-X", Password];
        var sent = SnmpTool.Run(
            "snmptrap",
            [.. user, "-Ci", "-r0", agent.EndPoint.ToString(), "1", Id.ToString(), Object.Name.ToString(), "s", "said"]
        );

        Assert.That((sent.ExitCode, sent.Errors), Is.EqualTo((0, "")));
        Assert.That(_receiver.Taken, Is.EqualTo(new[] { (Id, Object) }));
    }

    private sealed class Receiver : IInformReceiver
    {
        public List<(ObjectIdentifier, VarBind)> Taken { get; } = [];

        public ErrorStatus Answer { get; set; }

        public ObjectIdentifier Permission { get; } = new(1, 3, 6, 1, 4, 1, 1, 1, 0);

        public ErrorStatus Receive(in MibRequest from, ObjectIdentifier id, IReadOnlyList<VarBind> objects)
        {
            Taken.Add((id, objects[0]));
            return Answer;
        }
    }
}
