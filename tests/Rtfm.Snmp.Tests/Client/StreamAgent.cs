using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security.Usm;
using Rtfm.Snmp.Transport;
using Rtfm.Snmp.Transport.Tls;

namespace Rtfm.Snmp.Tests.Client;

/// <summary>Our agent at a stream, with a community <c>public</c>, a user <c>ann</c>, and whoever comes with a certificate that stands for <c>ann</c>.</summary>
internal static class StreamAgent
{
    public static readonly ObjectIdentifier Column = new(1, 3, 6, 1, 4, 1, 1, 1);
    public static readonly ObjectIdentifier Instance = new(1, 3, 6, 1, 4, 1, 1, 1, 1);

    public static UserCredentials Ann { get; } =
        new("ann", AuthProtocol.HmacSha256, UserSecret.Password("the secret of ann"), PrivProtocol.Aes128, UserSecret.Password("the secret of ann"));

    public static StreamListener Listen(string address = "127.0.0.1", int port = 0) =>
        new(Engine(), new(TransportKind.Tcp, new(IPAddress.Parse(address), port)));

    public static StreamListener ListenTls(X509Certificate2 own, params X509Certificate2[] ofAnn)
    {
        var rows = Array.ConvertAll(ofAnn, certificate => new CertificateMap.Row(Fingerprint.Of(certificate), CertificateMapType.Specified, "ann"));
        var tls = new TlsServer(own, [], new CertificateMap(rows), TimeProvider.System);
        return new(Engine(), new(TransportKind.TlsTcp, new(IPAddress.Loopback, 0)), tls: tls);
    }

    public static SnmpTarget Target(IPEndPoint address, SnmpCredentials? credentials = null, int retries = 3) =>
        new(address, credentials ?? new CommunityCredentials("public"))
        {
            Transport = credentials is CertificateCredentials ? TransportKind.TlsTcp : TransportKind.Tcp,
            Timeout = TimeSpan.FromSeconds(2),
            Retries = retries,
        };

    private static SnmpEngine Engine()
    {
        var identity = new EngineIdentity(EngineId.Make(), 1, TimeProvider.System);
        var configuration = new SnmpConfiguration()
            .WithStandardAccess()
            .WithCommunity("public", "reader", Permission.Read)
            .WithUser(Ann.At(identity.Id), Permission.Read);
        var member = new GroupMember
        {
            Model = SecurityModel.Transport,
            SecurityName = "ann",
            Group = StandardAccess.NameOf(Permission.Read, SecurityLevel.AuthPriv),
        };
        configuration = configuration with { Groups = configuration.Groups.With(member) };
        return new(
            new SnmpEngineOptions
            {
                Identity = identity,
                Configuration = () => configuration,
                Mib = new MibTree([new NumberColumn(Column, 5) { [1] = 1 }]),
            }
        );
    }
}

/// <summary>Takes connections and does with each what the test says.</summary>
internal sealed class OddAgent : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _peers = [];

    /// <param name="serve">Gets each connection and its number, from 1.</param>
    public OddAgent(Func<Socket, int, Task> serve)
    {
        _listener.Start();
        _ = AcceptAsync(serve);
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

    public int Connections { get; private set; }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_peers)
            _peers.ForEach(peer => peer.Dispose());
    }

    /// <summary>The next request-id: requests of the tests are short, and come one by one.</summary>
    public static async Task<int> RequestAsync(Socket peer)
    {
        var octets = new byte[1_000];
        var length = await peer.ReceiveAsync(octets);
        return IdIn(octets.AsSpan(0, length));
    }

    /// <summary>As many request-ids as are wanted, however they come.</summary>
    public static async Task<List<int>> RequestsAsync(Socket peer, int count)
    {
        var (octets, filled, ids) = (new byte[65_536], 0, new List<int>());
        while (ids.Count < count)
        {
            filled += await peer.ReceiveAsync(octets.AsMemory(filled));
            while (MessageFrame.Length(octets.AsSpan(0, filled), octets.Length) is > 0 and var length && length <= filled)
            {
                ids.Add(IdIn(octets.AsSpan(0, length)));
                octets.AsSpan(length, filled - length).CopyTo(octets);
                filled -= length;
            }
        }
        return ids;
    }

    public static byte[] Answer(int requestId, int value = 7)
    {
        var writer = new BerWriter(new byte[1_024]);
        var message = writer.Begin(0x30);
        writer.Integer(1);
        writer.OctetString("public"u8);
        var pdu = writer.Begin((byte)PduType.Response);
        writer.Integer(requestId);
        writer.Integer(0);
        writer.Integer(0);
        var list = writer.Begin(0x30);
        var varBind = writer.Begin(0x30);
        writer.Oid(StreamAgent.Instance.Span);
        writer.Integer(value);
        writer.End(varBind);
        writer.End(list);
        writer.End(pdu);
        writer.End(message);
        return writer.Written.ToArray();
    }

    private static int IdIn(ReadOnlySpan<byte> message)
    {
        var reader = new BerReader(message);
        reader.Enter();
        reader.Integer();
        reader.OctetString();
        return PduHeader.TryRead(message[reader.Position..], out var header) ? header.RequestId : -1;
    }

    private async Task AcceptAsync(Func<Socket, int, Task> serve)
    {
        try
        {
            while (true)
            {
                var peer = await _listener.AcceptSocketAsync();
                lock (_peers)
                    _peers.Add(peer);
                _ = serve(peer, ++Connections);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
