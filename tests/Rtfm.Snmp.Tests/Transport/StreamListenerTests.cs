using System.Net;
using System.Net.Sockets;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Transport;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests.Transport;

/// <summary>SNMP over TCP (RFC 3430), over real sockets.</summary>
[TestFixture]
public sealed class StreamListenerTests
{
    private static readonly ObjectIdentifier Column = new(1, 3, 6, 1, 4, 1, 1, 1);
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

    [TestCase("tcp:127.0.0.1:161", TransportKind.Tcp)]
    [TestCase("udp:[::1]:161", TransportKind.Udp)]
    [TestCase("tcp:[::]:0", TransportKind.Tcp)]
    public void An_address_reads_as_it_is_written(string text, TransportKind kind)
    {
        Assert.That(TransportAddress.TryParse(text, out var address, out var complaint), complaint);
        Assert.That((address!.Kind, address.ToString()), Is.EqualTo((kind, text)));
    }

    private StreamListener Listen(string address = "127.0.0.1", StreamLimits? limits = null, TimeProvider? clock = null)
    {
        var listener = new StreamListener(Engine(), new(TransportKind.Tcp, new(IPAddress.Parse(address), 0)), limits, clock);
        _open.Add(listener);
        return listener;
    }

    private static SnmpEngine Engine() =>
        new(
            new SnmpEngineOptions
            {
                Identity = new EngineIdentity(EngineId.Make(), 1, TimeProvider.System),
                Configuration = () => Configuration,
                Mib = new MibTree([new NumberColumn(Column, 500)]),
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

    private static byte[] Request(int requestId, string community = "public", int names = 1)
    {
        var writer = new BerWriter(new byte[65_535]);
        var message = writer.Begin((byte)BerTag.Sequence, 3);
        writer.Integer(1);
        writer.OctetString(System.Text.Encoding.ASCII.GetBytes(community));
        var pdu = writer.Begin((byte)PduType.GetRequest, 3);
        writer.Integer(requestId);
        writer.Integer(0);
        writer.Integer(0);
        var list = writer.Begin((byte)BerTag.Sequence, 3);
        for (var i = 0; i < names; i++)
        {
            var mark = writer.Begin((byte)BerTag.Sequence);
            writer.Oid([.. Column.Span, 1]);
            writer.Empty(BerTag.Null);
            writer.End(mark);
        }
        writer.End(list);
        writer.End(pdu);
        writer.End(message);
        return writer.Written.ToArray();
    }

    private static byte[] Receive(Socket peer)
    {
        var octets = new byte[65_536];
        var received = 0;
        int length;
        while ((length = MessageFrame.Length(octets.AsSpan(0, received), octets.Length)) <= 0 || received < length)
        {
            // One octet at a time until the length is known, so that the next answer stays where it is.
            var more = peer.Receive(octets, received, length > 0 ? length - received : 1, SocketFlags.None);
            Assert.That(more, Is.Positive, "the connection was closed");
            received += more;
        }
        return octets[..length];
    }

    private static int RequestIdOf(byte[] answer)
    {
        var reader = new BerReader(answer);
        reader.Enter();
        reader.Integer();
        reader.OctetString();
        reader.Enter((byte)PduType.Response);
        return reader.Integer();
    }

    private static bool IsClosed(Socket peer)
    {
        try
        {
            return peer.Receive(new byte[1]) == 0;
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode == SocketError.ConnectionReset;
        }
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
