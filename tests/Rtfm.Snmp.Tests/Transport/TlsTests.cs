using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security.Tsm;
using Rtfm.Snmp.Transport;
using Rtfm.Snmp.Transport.Tls;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests.Transport;

/// <summary>SNMP over TLS (RFC 6353) under the transport security model (RFC 5591), over real sockets.</summary>
[TestFixture]
public sealed class TlsTests
{
    private static readonly ObjectIdentifier Column = new(1, 3, 6, 1, 4, 1, 1, 1);
    private readonly X509Certificate2 _server = TestCertificates.SelfSigned("meter");
    private readonly X509Certificate2 _ann = TestCertificates.SelfSigned("ann");
    private readonly X509Certificate2 _authority = TestCertificates.Authority("operators");
    private readonly FakeClock _clock = new(DateTimeOffset.UtcNow);
    private readonly List<IDisposable> _open = [];
    private StreamListener _listener = null!;

    [SetUp]
    public void Listen() => _listener = Listen(Row(_ann, "ann"), Row(_authority, ""));

    [TearDown]
    public void Close()
    {
        for (var i = _open.Count - 1; i >= 0; i--)
            _open[i].Dispose();
        _open.Clear();
        _listener.Dispose();
    }

    [OneTimeTearDown]
    public void Forget()
    {
        _server.Dispose();
        _ann.Dispose();
        _authority.Dispose();
    }

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public void Who_shows_a_certificate_that_is_named_is_answered(SslProtocols version)
    {
        var peer = Connect(_listener, _ann, version);
        peer.Write(Request(1, SecurityLevel.AuthPriv));
        var answer = Receive(peer);
        Assert.That((answer.Header.RequestId, answer.Header.ErrorStatus), Is.EqualTo((1, 0)));
        Assert.That((answer.Message.Level, answer.Message.SecurityModel), Is.EqualTo((SecurityLevel.AuthPriv, (int)SecurityModel.Transport)));
    }

    [Test]
    public void Without_the_level_of_the_transport_access_control_says_no()
    {
        var peer = Connect(_listener, _ann);
        peer.Write(Request(1, SecurityLevel.NoAuthNoPriv));
        Assert.That(Receive(peer).Header.ErrorStatus, Is.EqualTo((int)ErrorStatus.AuthorizationError));
    }

    [Test]
    public void Who_has_a_certificate_of_a_trusted_authority_goes_by_the_name_in_it()
    {
        using var certificate = TestCertificates.Issue(_authority, "whoever", names => names.AddDnsName("ann"));
        var peer = Connect(_listener, certificate);
        peer.Write(Request(1, SecurityLevel.AuthPriv));
        Assert.That(Receive(peer).Header.ErrorStatus, Is.Zero);
    }

    [Test]
    public void Requests_one_after_the_other_and_at_once_are_answered_over_one_session()
    {
        var peer = Connect(_listener, _ann);
        for (var i = 1; i <= 100; i += 2)
        {
            peer.Write([.. Request(i, SecurityLevel.AuthPriv), .. Request(i + 1, SecurityLevel.AuthPriv)]);
            Assert.That((Receive(peer).Header.RequestId, Receive(peer).Header.RequestId), Is.EqualTo((i, i + 1)));
        }
    }

    [Test]
    public void Who_shows_no_certificate_gets_no_session() => Refused(null);

    [Test]
    public void A_certificate_that_nobody_named_gets_no_session()
    {
        using var stranger = TestCertificates.SelfSigned("ann");
        Refused(stranger);
    }

    [Test]
    public void A_certificate_out_of_date_gets_no_session_even_if_it_is_named()
    {
        using var old = TestCertificates.SelfSigned("old", validDays: -1);
        _listener.Dispose();
        _listener = Listen(Row(old, "old"));
        Refused(old);
    }

    [Test]
    public void A_trusted_certificate_that_no_row_maps_to_a_name_gets_no_session()
    {
        // The authority's row wants a name in subjectAltName.
        using var nameless = TestCertificates.Issue(_authority, "ann");
        Refused(nameless);
    }

    [Test]
    public void A_certificate_of_another_authority_with_the_same_name_gets_no_session()
    {
        using var forged = TestCertificates.Issue(TestCertificates.Authority("operators"), "ann", names => names.AddDnsName("ann"));
        Refused(forged);
    }

    [Test]
    public void Octets_without_TLS_are_not_taken()
    {
        var socket = Dial(_listener);
        socket.Send(Request(1, SecurityLevel.AuthPriv));
        Assert.That(() => _listener.Counters.Unidentified, Is.EqualTo(1).After(5_000, 10));
        Assert.That(_listener.Engine.Counters.InPackets, Is.Zero);
    }

    [Test]
    public void A_peer_that_does_not_finish_its_handshake_is_closed()
    {
        Dial(_listener);
        Assert.That(() => _listener.Counters.Accepted, Is.EqualTo(1).After(5_000, 10));
        Assert.That(
            () =>
            {
                _clock.Advance(_listener.Limits.Message);
                return _listener.Counters.TimedOut;
            },
            Is.EqualTo(1).After(5_000, 10)
        );
    }

    [Test]
    public void An_idle_session_is_taken_leave_of()
    {
        var peer = Connect(_listener, _ann);
        peer.Write(Request(1, SecurityLevel.AuthPriv));
        Receive(peer);
        var end = peer.ReadAsync(new byte[1]).AsTask();
        Assert.That(
            () =>
            {
                _clock.Advance(_listener.Limits.Idle);
                return end.IsCompleted;
            },
            Is.True.After(5_000, 10)
        );
        // Without the alert it were an error: octets might have been cut off.
        Assert.That(end.Result, Is.Zero);
        Assert.That(_listener.Counters.TimedOut, Is.Zero);
    }

    [Test]
    public void A_message_that_leaves_security_to_a_transport_without_is_dropped()
    {
        var plain = new StreamListener(Engine(), new(TransportKind.Tcp, new(IPAddress.Loopback, 0)));
        _open.Add(plain);
        Dial(plain).Send(Request(1, SecurityLevel.AuthPriv));
        Assert.That(() => plain.Engine.Counters.InvalidTransportCaches, Is.EqualTo(1).After(5_000, 10));
    }

    private void Refused(X509Certificate2? certificate)
    {
        Assert.That(
            () =>
            {
                // With TLS 1.3 a client learns of it when it reads.
                var peer = Connect(_listener, certificate);
                peer.Write(Request(1, SecurityLevel.AuthPriv));
                Receive(peer);
            },
            Throws.InstanceOf<IOException>().Or.InstanceOf<AuthenticationException>()
        );
        Assert.That(() => _listener.Counters.Unidentified, Is.EqualTo(1).After(5_000, 10));
        Assert.That(_listener.Engine.Counters.InPackets, Is.Zero);
    }

    private StreamListener Listen(params CertificateMap.Row[] rows)
    {
        var tls = new TlsServer(_server, [_authority], new CertificateMap(rows), _clock);
        return new StreamListener(Engine(), new(TransportKind.TlsTcp, new(IPAddress.Loopback, 0)), clock: _clock, tls: tls);
    }

    private static CertificateMap.Row Row(X509Certificate2 certificate, string name)
    {
        Assert.That(Fingerprint.TryParse(TestCertificates.FingerprintOf(certificate), out var fingerprint, out _));
        return new(fingerprint, name.Length > 0 ? CertificateMapType.Specified : CertificateMapType.SanAny, name);
    }

    private static SnmpEngine Engine()
    {
        var configuration = new SnmpConfiguration().WithStandardAccess();
        configuration = configuration with
        {
            Groups = configuration.Groups.With(
                new GroupMember
                {
                    Model = SecurityModel.Transport,
                    SecurityName = "ann",
                    Group = StandardAccess.NameOf(Permission.Read, SecurityLevel.AuthPriv),
                }
            ),
        };
        return new(
            new SnmpEngineOptions
            {
                Identity = new EngineIdentity(EngineId.Make(), 1, TimeProvider.System),
                Configuration = () => configuration,
                Mib = new MibTree([new NumberColumn(Column, 5)]),
            }
        );
    }

    private Socket Dial(StreamListener listener)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 10_000 };
        _open.Add(socket);
        socket.Connect(listener.Address.EndPoint);
        return socket;
    }

    private SslStream Connect(StreamListener listener, X509Certificate2? certificate, SslProtocols version = SslProtocols.None)
    {
        var stream = new SslStream(new NetworkStream(Dial(listener)));
        _open.Add(stream);
        stream.AuthenticateAsClient(
            new SslClientAuthenticationOptions
            {
                TargetHost = "meter",
                EnabledSslProtocols = version,
                ClientCertificates = certificate is null ? null : [certificate],
                RemoteCertificateValidationCallback = (_, server, _, _) => server!.GetCertHashString() == _server.GetCertHashString(),
            }
        );
        return stream;
    }

    private static byte[] Request(int requestId, SecurityLevel level)
    {
        var flags = level == SecurityLevel.AuthPriv ? V3Message.AuthFlag | V3Message.PrivFlag : 0;
        var writer = new BerWriter(new byte[1_000]);
        // By the name that every engine has (RFC 5343).
        var marks = TsmEnvelope.Begin(requestId, 65_507, (byte)(flags | V3Message.ReportableFlag), [0x80, 0, 0, 0, 6], [], ref writer);
        var pdu = writer.Begin((byte)PduType.GetRequest);
        writer.Integer(requestId);
        writer.Integer(0);
        writer.Integer(0);
        var list = writer.Begin((byte)BerTag.Sequence);
        var varBind = writer.Begin((byte)BerTag.Sequence);
        writer.Oid([.. Column.Span, 1]);
        writer.Empty(BerTag.Null);
        writer.End(varBind);
        writer.End(list);
        writer.End(pdu);
        TsmEnvelope.End(ref writer, marks);
        return writer.Written.ToArray();
    }

    private static (PduHeader Header, (SecurityLevel Level, int SecurityModel) Message) Receive(SslStream peer)
    {
        var octets = new byte[2];
        peer.ReadExactly(octets);
        Assert.That(octets[1], Is.LessThan(0x80));
        octets = [.. octets, .. new byte[octets[1]]];
        peer.ReadExactly(octets.AsSpan(2));
        var reader = new BerReader(octets);
        reader.Enter();
        Assert.That(reader.Integer(), Is.EqualTo(3));
        Assert.That(V3Message.TryRead(octets, ref reader, out var message));
        Assert.That(ScopedPdu.TryRead(message.Data, out var scoped));
        Assert.That(scoped.ContextEngineId.ToArray(), Is.EqualTo(new byte[] { 0x80, 0, 0, 0, 6 }), "not the context that was asked for");
        Assert.That(PduHeader.TryRead(scoped.Pdu, out var header));
        return (header, (message.Level, message.SecurityModel));
    }
}
