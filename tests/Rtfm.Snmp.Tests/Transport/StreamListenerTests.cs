using System.Net;
using System.Net.Sockets;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security;
using Rtfm.Snmp.Transport;
using Rtfm.Testing;
using static Rtfm.Snmp.Tests.Transport.StreamPeer;

namespace Rtfm.Snmp.Tests.Transport;

/// <summary>SNMP over TCP (RFC 3430), over real sockets.</summary>
[TestFixture]
public sealed class StreamListenerTests
{
    private static readonly SnmpConfiguration Configuration = new SnmpConfiguration()
        .WithStandardAccess()
        .WithCommunity("public", "reader", Permission.Read);

    private readonly List<IDisposable> _open = [];
    private readonly FakeClock _clock = new();

    [TearDown]
    public void Close()
    {
        for (var i = _open.Count - 1; i >= 0; i--)
            _open[i].Dispose();
        _open.Clear();
    }

    [TestCase("127.0.0.1")]
    [TestCase("::1")]
    public void Net_SNMP_walks_over_TCP(string address)
    {
        RequireNetSnmp();
        var listener = Listen(address);
        var walk = Walk(listener);
        Assert.That(walk.Errors, Is.Empty);
        Assert.That(walk.Lines, Has.Length.EqualTo(500 + 1), "each instance and the end of the MIB");
    }

    [Test]
    public async Task Fifty_walks_at_the_same_time_all_come_to_their_end()
    {
        RequireNetSnmp();
        var listener = Listen();
        // Threads of their own: the pool's are the listener's.
        var walks = Enumerable
            .Range(0, 50)
            .Select(_ => Task.Factory.StartNew(() => Walk(listener), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        var results = await Task.WhenAll(walks);
        Assert.That(results.Select(each => each.Lines.Length), Is.All.EqualTo(500 + 1));
        Assert.That(listener.Counters.Accepted, Is.EqualTo(50));
    }

    [Test]
    public void Several_requests_in_one_segment_are_answered_in_their_order()
    {
        var peer = Connect(Listen());
        peer.Send([.. Request(1), .. Request(2), .. Request(3)]);
        Assert.That(Enumerable.Range(0, 3).Select(_ => RequestIdOf(Receive(peer))), Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public void A_request_that_comes_octet_by_octet_is_answered()
    {
        var peer = Connect(Listen());
        peer.NoDelay = true;
        foreach (var octet in Request(1))
            peer.Send([octet]);
        Assert.That(RequestIdOf(Receive(peer)), Is.EqualTo(1));
    }

    [Test]
    public void A_request_of_many_segments_is_answered()
    {
        var peer = Connect(Listen());
        peer.Send(Request(1, names: 2_000));
        Assert.That(RequestIdOf(Receive(peer)), Is.EqualTo(1));
    }

    [Test]
    public void A_message_that_is_not_accepted_leaves_the_connection_open()
    {
        var peer = Connect(Listen());
        peer.Send([.. Request(1, "guess"), .. Request(2)]);
        Assert.That(RequestIdOf(Receive(peer)), Is.EqualTo(2));
    }

    [TestCase("30 84 7F FF FF FF", Description = "longer than is taken")]
    [TestCase("30 80 02 01 01 00 00", Description = "indefinite length")]
    [TestCase("47 45 54 20 2F 20", Description = "another protocol: GET /")]
    public void Octets_that_begin_no_message_close_the_connection_and_are_counted(string octets)
    {
        var listener = Listen();
        var peer = Connect(listener);
        peer.Send([.. Request(1), .. Hex.Bytes(octets)]);
        Assert.That(RequestIdOf(Receive(peer)), Is.EqualTo(1));
        Assert.That(IsClosed(peer));
        Assert.That(listener.Counters.Broken, Is.EqualTo(1));
        Assert.That(listener.Engine.Counters.InAsnParseErrors, Is.EqualTo(1));
    }

    [Test]
    public void A_peer_that_does_not_finish_its_message_is_closed()
    {
        var listener = Listen(clock: _clock);
        var peer = Connect(listener);
        var request = Request(1);
        peer.Send(request);
        Receive(peer);
        peer.Send(request.AsSpan(0, 10));
        Assert.That(() => Advance(listener.Limits.Message, listener.Counters).TimedOut, Is.EqualTo(1).After(5_000, 10));
        Assert.That(IsClosed(peer));
    }

    [Test]
    public void A_peer_that_reads_no_answers_is_closed()
    {
        var listener = Listen(clock: _clock);
        var peer = Connect(listener);
        peer.ReceiveBufferSize = 4_096;
        peer.SendTimeout = 100;
        var requests = Request(1, names: 1_000);
        Assert.That(
            () =>
            {
                while (true)
                    peer.Send(requests);
            },
            Throws.InstanceOf<SocketException>()
        );
        Assert.That(() => Advance(listener.Limits.Message, listener.Counters).TimedOut, Is.EqualTo(1).After(5_000, 10));
    }

    [Test]
    public void An_idle_connection_is_closed_after_its_time_and_that_is_no_trouble()
    {
        var listener = Listen(clock: _clock);
        var peer = Connect(listener);
        peer.Send(Request(1));
        Receive(peer);
        Assert.That(
            () =>
            {
                Advance(listener.Limits.Idle, listener.Counters);
                return IsClosed(peer);
            },
            Is.True.After(5_000, 10)
        );
        Assert.That(listener.Counters.TimedOut, Is.Zero);
    }

    [Test]
    public void One_source_gets_no_more_than_its_share_of_connections()
    {
        var listener = Listen(limits: new StreamLimits { ConnectionsPerSource = 2 });
        var first = Connect(listener);
        Connect(listener);
        Assert.That(IsClosed(Connect(listener)));
        Assert.That(listener.Counters.Refused, Is.EqualTo(1));
        first.Send(Request(1));
        Assert.That(RequestIdOf(Receive(first)), Is.EqualTo(1));
        first.Dispose();
        Assert.That(() => IsAnswered(listener), Is.True.After(5_000, 10), "room was not made by a connection that ended");
    }

    [Test]
    public void There_are_no_more_connections_than_allowed()
    {
        var listener = Listen(limits: new StreamLimits { Connections = 1 });
        Connect(listener);
        Assert.That(IsClosed(Connect(listener)));
    }

    [Test]
    public void A_closed_listener_closes_its_connections_and_its_port_can_be_listened_at_again()
    {
        var listener = Listen();
        var peer = Connect(listener);
        peer.Send(Request(1));
        Receive(peer);
        listener.Dispose();
        Assert.That(IsClosed(peer));
        using var again = new StreamListener(Engine(), listener.Address);
        Assert.That(IsAnswered(again));
    }

    [Test]
    public void Ten_thousand_mutated_requests_leave_the_listener_working()
    {
        var listener = Listen();
        var random = new Random(7);
        for (var connection = 0; connection < 100; connection++)
        {
            var peer = Connect(listener);
            try
            {
                for (var i = 0; i < 100; i++)
                {
                    var request = Request(i);
                    for (var changes = random.Next(0, 3); changes > 0; changes--)
                        request[random.Next(request.Length)] = (byte)random.Next(256);
                    peer.Send(request.AsSpan(0, random.Next(8) == 0 ? random.Next(request.Length) : request.Length));
                }
            }
            catch (SocketException)
            {
                // Closed, as it should be where framing is lost.
            }
            peer.Dispose();
        }
        Assert.That(() => IsAnswered(listener), Is.True.After(5_000, 50));
    }

    [TestCase(TransportKind.Udp, 500)]
    [TestCase(TransportKind.Tcp, SnmpEngineOptions.LargestUdpMessage)]
    public void Only_datagrams_can_come_in_another_s_name_and_have_short_answers(TransportKind transport, int longest)
    {
        var engine = Engine(maxUnauthenticatedAnswer: 500);
        var elsewhere = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1).Serialize();
        var answer = new byte[65_536];
        // Too long for 500 octets: tooBig, which is short.
        var length = engine.Process(Request(1, names: 100), answer, new Requester(elsewhere.Buffer.Span[..elsewhere.Size], transport));
        Assert.That(length, longest == 500 ? Is.LessThan(100) : Is.GreaterThan(500));
    }

    private StreamListener Listen(string address = "127.0.0.1", StreamLimits? limits = null, TimeProvider? clock = null)
    {
        var listener = new StreamListener(Engine(), new(TransportKind.Tcp, new(IPAddress.Parse(address), 0)), limits, clock);
        _open.Add(listener);
        return listener;
    }

    private static SnmpEngine Engine(int maxUnauthenticatedAnswer = SnmpEngineOptions.LargestUdpMessage) =>
        new(
            new SnmpEngineOptions
            {
                Identity = new EngineIdentity(EngineId.Make(), 1, TimeProvider.System),
                Configuration = () => Configuration,
                Mib = new MibTree([new NumberColumn(Column, 500)]),
                MaxUnauthenticatedAnswer = maxUnauthenticatedAnswer,
            }
        );

    private Socket Connect(StreamListener listener)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 10_000 };
        _open.Add(socket);
        socket.Connect(listener.Address.EndPoint);
        return socket;
    }

    private bool IsAnswered(StreamListener listener)
    {
        try
        {
            var peer = Connect(listener);
            peer.Send(Request(1));
            return RequestIdOf(Receive(peer)) == 1;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private StreamCounters Advance(TimeSpan by, StreamCounters counters)
    {
        _clock.Advance(by);
        return counters;
    }

    private static ToolResult Walk(StreamListener listener) =>
        SnmpTool.Run("snmpbulkwalk", ["-v2c", "-c", "public", "-t10", "-On", Target(listener), Column.ToString()]);

    private static string Target(StreamListener listener) =>
        (listener.Address.EndPoint.AddressFamily == AddressFamily.InterNetworkV6 ? "tcp6:" : "tcp:") + listener.Address.EndPoint;

    private static void RequireNetSnmp()
    {
        if (!SnmpTool.IsInstalled)
            Assert.Ignore("Net-SNMP's tools are not installed");
    }
}
