using System.Net;
using System.Net.Sockets;
using Rtfm.Snmp.Client;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests.Client;

/// <summary>Our client over TCP (RFC 3430) against our agent, and against agents that lie, are late, silent or gone.</summary>
[TestFixture]
public sealed class StreamRequestTests
{
    private SnmpClient _client = null!;

    [SetUp]
    public void MakeClient() => _client = new SnmpClient();

    [TearDown]
    public async Task CloseClient() => await _client.DisposeAsync();

    [TestCase("127.0.0.1")]
    [TestCase("::1")]
    public async Task A_request_is_answered(string address)
    {
        using var agent = StreamAgent.Listen(address);
        Assert.That(await AskAsync(StreamAgent.Target(agent.Address.EndPoint)), Is.EqualTo(1));
    }

    [Test]
    public async Task A_user_of_SNMPv3_is_answered()
    {
        using var agent = StreamAgent.Listen();
        Assert.That(await AskAsync(StreamAgent.Target(agent.Address.EndPoint, StreamAgent.Ann)), Is.EqualTo(1));
    }

    [Test]
    public async Task Many_requests_are_in_flight_over_one_connection()
    {
        using var agent = StreamAgent.Listen();
        var target = StreamAgent.Target(agent.Address.EndPoint);
        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => AskAsync(target)));
        Assert.That(answers, Has.All.EqualTo(1));
        Assert.That((agent.Counters.Accepted, _client.IgnoredAnswers), Is.EqualTo((1L, 0L)));
    }

    [Test]
    public async Task Answers_may_come_in_another_order_and_octet_by_octet()
    {
        using var agent = new OddAgent(
            async (peer, _) =>
            {
                peer.NoDelay = true;
                var ids = await OddAgent.RequestsAsync(peer, 3);
                foreach (var octet in ids.Order().Reverse().SelectMany(id => OddAgent.Answer(id, id)))
                    await peer.SendAsync(new[] { octet });
            }
        );
        var target = StreamAgent.Target(agent.EndPoint);
        var answers = await Task.WhenAll(AskAsync(target), AskAsync(target), AskAsync(target));
        Assert.That(answers, Is.Unique);
    }

    [Test]
    public async Task What_was_pending_when_the_agent_ended_the_connection_is_asked_again_over_another_one()
    {
        using var agent = new OddAgent(
            async (peer, number) =>
            {
                var id = await OddAgent.RequestAsync(peer);
                await peer.SendAsync(OddAgent.Answer(id, number));
                id = await OddAgent.RequestAsync(peer);
                if (number == 1)
                    peer.Dispose();
                else
                    await peer.SendAsync(OddAgent.Answer(id, number));
            }
        );
        var target = StreamAgent.Target(agent.EndPoint);
        Assert.That(await AskAsync(target), Is.EqualTo(1));
        Assert.That(await AskAsync(target), Is.EqualTo(2));
    }

    [Test]
    public void Without_retries_what_was_pending_fails_when_the_connection_is_lost()
    {
        using var agent = new OddAgent(
            async (peer, _) =>
            {
                await OddAgent.RequestAsync(peer);
                peer.Dispose();
            }
        );
        var error = Assert.ThrowsAsync<SnmpTransportException>(() => AskAsync(StreamAgent.Target(agent.EndPoint, retries: 0)));
        Assert.That(error!.Message, Does.StartWith($"{agent.EndPoint}: ").And.Contains("connection"));
        Assert.That(agent.Connections, Is.EqualTo(1));
    }

    [Test]
    public async Task After_a_silent_connection_the_next_request_gets_another_one()
    {
        using var agent = new OddAgent(
            async (peer, number) =>
            {
                while (await OddAgent.RequestAsync(peer) is > 0 and var id)
                {
                    if (number > 1)
                        await peer.SendAsync(OddAgent.Answer(id));
                }
            }
        );
        var target = StreamAgent.Target(agent.EndPoint, retries: 1);
        Assert.ThrowsAsync<SnmpTimeoutException>(() => AskAsync(target with { Timeout = TimeSpan.FromMilliseconds(30) }));
        Assert.That(await AskAsync(target), Is.EqualTo(7));
        Assert.That(agent.Connections, Is.EqualTo(2));
    }

    [Test]
    public async Task A_request_is_sent_once_over_a_connection_however_late_the_answer()
    {
        var requests = 0;
        using var agent = new OddAgent(
            async (peer, _) =>
            {
                var id = await OddAgent.RequestAsync(peer);
                requests++;
                // Longer than the first wait, shorter than all.
                await Task.Delay(150);
                requests += peer.Available > 0 ? 1 : 0;
                await peer.SendAsync(OddAgent.Answer(id));
            }
        );
        Assert.That(await AskAsync(StreamAgent.Target(agent.EndPoint) with { Timeout = TimeSpan.FromMilliseconds(40), Retries = 6 }), Is.EqualTo(7));
        Assert.That(requests, Is.EqualTo(1));
    }

    [TestCase("3084FFFFFFFF", Description = "4 GiB announced")]
    [TestCase("30840010000130", Description = "a little more than is taken")]
    [TestCase("3080", Description = "indefinite length")]
    [TestCase("485454502F312E31", Description = "no SNMP")]
    public void What_is_no_message_ends_the_connection_and_is_said(string octets)
    {
        using var agent = new OddAgent(
            async (peer, _) =>
            {
                await OddAgent.RequestAsync(peer);
                await peer.SendAsync(Convert.FromHexString(octets));
            }
        );
        var error = Assert.ThrowsAsync<SnmpProtocolException>(() => AskAsync(StreamAgent.Target(agent.EndPoint)));
        Assert.That(error!.Message, Does.Contain("no SNMP"));
    }

    [Test]
    public async Task Answers_that_nobody_asked_for_are_ignored()
    {
        using var agent = new OddAgent(
            async (peer, _) =>
            {
                var id = await OddAgent.RequestAsync(peer);
                await peer.SendAsync((byte[])[.. OddAgent.Answer(id + 1), .. OddAgent.Answer(id, 1), .. OddAgent.Answer(id, 2)]);
            }
        );
        Assert.That(await AskAsync(StreamAgent.Target(agent.EndPoint)), Is.EqualTo(1));
        Assert.That(() => _client.IgnoredAnswers, Is.EqualTo(2).After(2_000, 10));
    }

    [Test]
    public async Task An_answer_from_the_same_address_over_UDP_is_not_taken()
    {
        UdpClient? other = null;
        using var agent = new OddAgent(
            async (peer, _) =>
            {
                var id = await OddAgent.RequestAsync(peer);
                // Perhaps where the client listens for datagrams: all that matters is that nothing but the connection counts.
                await other!.SendAsync(OddAgent.Answer(id, 1), (IPEndPoint)peer.RemoteEndPoint!);
                await peer.SendAsync(OddAgent.Answer(id, 2));
            }
        );
        using (other = new UdpClient(agent.EndPoint))
            Assert.That(await AskAsync(StreamAgent.Target(agent.EndPoint)), Is.EqualTo(2));
    }

    [Test]
    public void An_agent_that_is_not_there_is_said_after_the_retries()
    {
        var target = StreamAgent.Target(FreePort(), retries: 1) with { Timeout = TimeSpan.FromMilliseconds(20) };
        var error = Assert.ThrowsAsync<SnmpTransportException>(() => AskAsync(target));
        Assert.That(error!.Message, Does.Contain("cannot connect"));
    }

    [Test]
    public async Task An_agent_that_is_started_meanwhile_is_reached()
    {
        var address = FreePort();
        var asking = AskAsync(StreamAgent.Target(address) with { Timeout = TimeSpan.FromMilliseconds(200), Retries = 6 });
        using var agent = StreamAgent.Listen(port: address.Port);
        Assert.That(await asking, Is.EqualTo(1));
    }

    [Test]
    public async Task A_connection_that_nobody_uses_is_closed_after_a_minute()
    {
        var clock = new FakeClock();
        await using var client = new SnmpClient(new SnmpClientOptions { Clock = clock });
        var isEnded = new TaskCompletionSource();
        using var agent = new OddAgent(
            async (peer, _) =>
            {
                await peer.SendAsync(OddAgent.Answer(await OddAgent.RequestAsync(peer)));
                if (await peer.ReceiveAsync(new byte[1]) == 0)
                    isEnded.SetResult();
            }
        );
        await client.GetAsync(StreamAgent.Target(agent.EndPoint), [StreamAgent.Instance]);
        Assert.That(
            () =>
            {
                clock.Advance(TimeSpan.FromMinutes(1));
                return isEnded.Task.IsCompleted;
            },
            Is.True.After(5_000, 10)
        );
    }

    [Test]
    public async Task Closing_the_client_ends_what_is_pending()
    {
        using var agent = new OddAgent((_, _) => Task.CompletedTask);
        var client = new SnmpClient();
        var asking = client.GetAsync(StreamAgent.Target(agent.EndPoint, retries: 0), [StreamAgent.Instance]);
        Assert.That(() => agent.Connections, Is.EqualTo(1).After(5_000, 10));
        await client.DisposeAsync();
        Assert.That(async () => await asking, Throws.InstanceOf<SnmpTransportException>());
    }

    [Test]
    public async Task A_request_that_is_cancelled_while_it_waits_for_the_connection_ends_at_once()
    {
        using var cancel = new CancellationTokenSource();
        var asking = _client.GetAsync(StreamAgent.Target(FreePort()), [StreamAgent.Instance], cancel.Token);
        await cancel.CancelAsync();
        Assert.That(async () => await asking, Throws.InstanceOf<OperationCanceledException>());
    }

    private async Task<long> AskAsync(SnmpTarget target) => (await _client.GetAsync(target, [StreamAgent.Instance]))[0].Value.Signed;

    private static IPEndPoint FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }
}
