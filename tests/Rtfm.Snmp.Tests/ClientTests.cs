using System.Net;
using System.Net.Sockets;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.Tests;

/// <summary>Our client against our agent, and against agents that lie, are late or silent, over real sockets.</summary>
[TestFixture]
public sealed class ClientTests
{
    private static readonly SnmpConfiguration Configuration = new SnmpConfiguration()
        .WithStandardAccess()
        .WithCommunity("public", "reader", Permission.Read)
        .WithCommunity("private", "writer", Permission.Write);

    private static readonly ObjectIdentifier SysName = new(1, 3, 6, 1, 2, 1, 1, 5, 0);
    private SnmpClient _client = null!;

    [SetUp]
    public void MakeClient() => _client = new SnmpClient();

    [TearDown]
    public async Task CloseClient() => await _client.DisposeAsync();

    [TestCase("127.0.0.1", SnmpVersion.V1)]
    [TestCase("127.0.0.1", SnmpVersion.V2c)]
    [TestCase("::1", SnmpVersion.V2c)]
    public async Task What_is_set_is_read_back(string address, SnmpVersion version)
    {
        using var agent = Listen(address);
        var target = new SnmpTarget(agent.EndPoint, new CommunityCredentials("private", version));
        await _client.SetAsync(target, [new VarBind(SysName, SnmpValue.OctetString("edge-1"))]);
        Assert.That((await _client.GetAsync(target, [SysName]))[0].Value.Text, Is.EqualTo("edge-1"));
    }

    [TestCase(SnmpVersion.V1)]
    [TestCase(SnmpVersion.V2c)]
    public async Task A_walk_ends_where_its_subtree_ends(SnmpVersion version)
    {
        using var agent = Listen("127.0.0.1");
        var names = new List<string>();
        await foreach (
            var varBind in _client.WalkAsync(new SnmpTarget(agent.EndPoint, new CommunityCredentials("public", version)), new(1, 3, 6, 1, 2, 1, 1), 3)
        )
            names.Add(varBind.Name.ToString());
        Assert.That(names, Has.Count.EqualTo(8 + 3));
    }

    [Test]
    public void An_error_names_the_target_the_object_and_the_status()
    {
        using var agent = Listen("127.0.0.1");
        var target = new SnmpTarget(agent.EndPoint, new CommunityCredentials("public")) { Name = "edge-1" };
        var error = Assert.ThrowsAsync<SnmpErrorException>(() => _client.SetAsync(target, [new VarBind(SysName, SnmpValue.OctetString("x"))]));
        Assert.That(error!.Message, Is.EqualTo("edge-1: authorizationError"));
    }

    [Test]
    public async Task Many_requests_are_in_flight_on_one_socket()
    {
        using var agent = Listen("127.0.0.1");
        var target = new SnmpTarget(agent.EndPoint, new CommunityCredentials("public"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => _client.GetAsync(target, [SysName])));
        Assert.That(answers, Has.All.Count.EqualTo(1));
    }

    [Test]
    public void A_silent_agent_is_given_up_after_the_retries()
    {
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var target = new SnmpTarget((IPEndPoint)silent.Client.LocalEndPoint!, new CommunityCredentials("public"))
        {
            Timeout = TimeSpan.FromMilliseconds(20),
            Retries = 2,
        };
        var error = Assert.ThrowsAsync<SnmpTimeoutException>(() => _client.GetAsync(target, [SysName]));
        Assert.That(error!.Message, Does.Contain("3 requests"));
    }

    [Test]
    public void A_walk_that_goes_backwards_is_ended()
    {
        using var liar = new FakeAgent(request => [request.Answer("1.3.6.1.2.1.1.9.0"), request.Answer("1.3.6.1.2.1.1.9.0")]);
        var walk = _client.WalkAsync(new SnmpTarget(liar.EndPoint, new CommunityCredentials("public")), new(1, 3, 6, 1, 2, 1, 1));
        Assert.ThrowsAsync<SnmpProtocolException>(async () =>
        {
            await foreach (var _ in walk) { }
        });
    }

    [Test]
    public void A_walk_of_which_every_answer_is_too_big_is_ended()
    {
        var asked = 0;
        using var stingy = new FakeAgent(request =>
        {
            asked++;
            return [request.Answer("1.3.6.1", status: ErrorStatus.TooBig)];
        });
        var walk = _client.WalkAsync(new SnmpTarget(stingy.EndPoint, new CommunityCredentials("public")), new(1, 3, 6, 1), maxRepetitions: 32);
        Assert.ThrowsAsync<SnmpErrorException>(async () =>
        {
            await foreach (var _ in walk) { }
        });
        Assert.That(asked, Is.EqualTo(6), "32, 16, 8, 4, 2, 1");
    }

    [Test]
    public async Task Answers_with_another_id_community_or_twice_are_ignored()
    {
        using var noisy = new FakeAgent(request =>
            [
                request.Answer("1.3.6.1", idOffset: 1),
                request.Answer("1.3.6.2", community: "other"),
                request.Answer("1.3.6.3"),
                request.Answer("1.3.6.4"),
            ]
        );
        var answer = await _client.GetAsync(new SnmpTarget(noisy.EndPoint, new CommunityCredentials("public")), [SysName]);
        Assert.That(answer[0].Name.ToString(), Is.EqualTo("1.3.6.3"));
        Assert.That(() => _client.IgnoredAnswers, Is.GreaterThanOrEqualTo(2).After(2_000, 10));
    }

    [Test]
    public async Task A_cancelled_request_ends_at_once()
    {
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var cancel = new CancellationTokenSource();
        var asking = _client.GetAsync(
            new SnmpTarget((IPEndPoint)silent.Client.LocalEndPoint!, new CommunityCredentials("public")),
            [SysName],
            cancel.Token
        );
        await cancel.CancelAsync();
        Assert.That(async () => await asking, Throws.InstanceOf<OperationCanceledException>());
    }

    private static UdpListener Listen(string address)
    {
        var counters = new SnmpCounters();
        var agent = new Snmpv2Mib.Agent
        {
            Description = "test",
            ObjectId = new(1, 3, 6, 1, 4, 1, 1),
            Services = 4,
            Modules = [new(new(1, 3, 6, 1, 6, 3, 1), "SNMPv2-MIB")],
            Engine = new EngineIdentity(EngineId.Make(), 1, TimeProvider.System),
            MaxMessageSize = 65_507,
        };
        var engine = new SnmpEngine(
            new SnmpEngineOptions
            {
                Identity = new EngineIdentity(EngineId.Make(), 1, TimeProvider.System),
                Configuration = () => Configuration,
                Mib = new MibTree(new Snmpv2Mib(agent, counters, new Identity()).Providers),
                Counters = counters,
            }
        );
        return new UdpListener(engine, new IPEndPoint(IPAddress.Parse(address), 0));
    }

    private sealed class Identity : IControlState<SystemIdentity>
    {
        public SystemIdentity Current { get; private set; } = new();

        public uint Now => 1;

        public bool TryReplace(SystemIdentity expected, SystemIdentity next)
        {
            Current = next;
            return true;
        }
    }

    /// <summary>Answers each request with datagrams made by the test.</summary>
    private sealed class FakeAgent : IDisposable
    {
        private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));

        public FakeAgent(Func<FakeRequest, byte[][]> answers) => _ = ServeAsync(answers);

        public IPEndPoint EndPoint => (IPEndPoint)_socket.Client.LocalEndPoint!;

        public void Dispose() => _socket.Dispose();

        private async Task ServeAsync(Func<FakeRequest, byte[][]> answers)
        {
            try
            {
                while (true)
                {
                    var request = await _socket.ReceiveAsync();
                    foreach (var answer in answers(FakeRequest.Read(request.Buffer)))
                        await _socket.SendAsync(answer, request.RemoteEndPoint);
                }
            }
            catch (Exception end) when (end is ObjectDisposedException or SocketException) { }
        }
    }

    private sealed record FakeRequest(int RequestId)
    {
        public static FakeRequest Read(byte[] message)
        {
            var reader = new BerReader(message);
            reader.Enter();
            reader.Integer();
            reader.OctetString();
            return PduHeader.TryRead(message.AsSpan(reader.Position), out var header) ? new(header.RequestId) : throw new InvalidOperationException();
        }

        public byte[] Answer(string name, int idOffset = 0, string community = "public", ErrorStatus status = ErrorStatus.NoError)
        {
            var writer = new BerWriter(new byte[1_024]);
            var message = writer.Begin(0x30);
            writer.Integer(1);
            writer.OctetString(System.Text.Encoding.ASCII.GetBytes(community));
            var pdu = writer.Begin((byte)PduType.Response);
            writer.Integer(RequestId + idOffset);
            writer.Integer((int)status);
            writer.Integer(0);
            var list = writer.Begin(0x30);
            var varBind = writer.Begin(0x30);
            writer.Oid(ObjectIdentifier.Parse(name).Span);
            writer.Integer(1);
            writer.End(varBind);
            writer.End(list);
            writer.End(pdu);
            writer.End(message);
            return writer.Written.ToArray();
        }
    }
}
