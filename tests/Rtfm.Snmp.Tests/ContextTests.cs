using System.Net;
using System.Text;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.Tests;

/// <summary>Contexts with names (RFC 3411 §3.3.1): each has objects of its own.</summary>
[TestFixture]
public sealed class ContextTests
{
    private static readonly ObjectIdentifier Name = new(1, 3, 6, 1, 4, 1, 1, 1, 0);

    private readonly UserCredentials _user = new("somebody");
    private UdpListener _agent = null!;
    private SnmpClient _client = null!;

    [SetUp]
    public void Start()
    {
        var engine = EngineId.Make();
        var configuration = new SnmpConfiguration()
            .WithStandardAccess("other")
            .WithUser(_user.At(engine), Permission.Read)
            .WithCommunity("own", "reader", Permission.Read);
        configuration = configuration with
        {
            Communities = configuration.Communities.With(
                new CommunityEntry
                {
                    Id = "there",
                    Name = Encoding.UTF8.GetBytes("there"),
                    SecurityName = "reader",
                    ContextName = "other",
                }
            ),
        };
        var options = new SnmpEngineOptions
        {
            Identity = new EngineIdentity(engine, 1, TimeProvider.System),
            Configuration = () => configuration,
            Mib = Tree("own"),
            Contexts = new Dictionary<string, MibTree> { ["other"] = Tree("other"), ["closed"] = Tree("closed") },
        };
        _agent = new UdpListener(new SnmpEngine(options), new IPEndPoint(IPAddress.Loopback, 0));
        _client = new SnmpClient();
    }

    [TearDown]
    public async Task Stop()
    {
        _agent.Dispose();
        await _client.DisposeAsync();
    }

    [TestCase("", "own")]
    [TestCase("other", "other")]
    public async Task A_user_gets_what_is_in_the_context_that_he_names(string context, string expected) =>
        Assert.That(await GetAsync(_user.InContext(context)), Is.EqualTo(expected));

    [TestCase("own", "own")]
    [TestCase("there", "other")]
    public async Task A_community_stands_for_a_context(string community, string expected) =>
        Assert.That(await GetAsync(new CommunityCredentials(community)), Is.EqualTo(expected));

    [Test]
    public void A_context_that_is_not_there_is_said_as_such() =>
        Assert.That(
            async () => await GetAsync(_user.InContext("nowhere")),
            Throws.InstanceOf<SnmpSecurityException>().With.Message.Contains("unknown context 'nowhere'")
        );

    [Test]
    public void A_context_that_nobody_was_let_into_is_closed() =>
        Assert.That(
            async () => await GetAsync(_user.InContext("closed")),
            Throws.InstanceOf<SnmpErrorException>().With.Property("Status").EqualTo(ErrorStatus.AuthorizationError)
        );

    private async Task<string> GetAsync(SnmpCredentials credentials) =>
        (await _client.GetAsync(new SnmpTarget(_agent.EndPoint, credentials), [Name]))[0].Value.Text;

    private static MibTree Tree(string text) =>
        new([ReadOnlyTable.Scalars([1, 3, 6, 1, 4, 1, 1], () => text).Octets(1, "name", value => Encoding.UTF8.GetBytes(value))]);
}
