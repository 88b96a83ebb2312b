using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Rtfm.Snmp.Transport.Tls;

/// <summary>The server's side of TLS (RFC 6353 §5.3.2): shows a certificate, demands one, and says whose it is.</summary>
/// <param name="certificate">The server's, with its key.</param>
/// <param name="trusted">Certificates of those who may vouch for peers.</param>
/// <param name="clock">Tells whether a certificate is of today.</param>
public sealed class TlsServer(X509Certificate2 certificate, X509Certificate2Collection trusted, CertificateMap map, TimeProvider clock)
{
    /// <summary>id-kp-clientAuth (RFC 5280 §4.2.1.12).</summary>
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    // offline: nothing is fetched for a peer, neither certificates nor lists of revoked ones.
    private readonly SslStreamCertificateContext _certificate = SslStreamCertificateContext.Create(certificate, null, offline: true);

    public TlsCounters Counters { get; } = new();

    /// <summary>Whom certificates stand for.</summary>
    public CertificateMap Map => map;

    /// <summary>Does the handshake.</summary>
    /// <returns>The stream under TLS, and the security name of the peer.</returns>
    /// <exception cref="AuthenticationException">The peer speaks no TLS that is taken, or its certificate stands for nobody.</exception>
    public async Task<(Stream Stream, string SecurityName)> AcceptAsync(Stream connection)
    {
        string? name = null;
        var stream = new SslStream(connection, leaveInnerStreamOpen: false);
        try
        {
            await stream
                .AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions
                    {
                        ServerCertificateContext = _certificate,
                        ClientCertificateRequired = true,
                        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                        // Each session is looked at anew: a mapping may have changed.
                        AllowTlsResume = false,
                        AllowRenegotiation = false,
                        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                        RemoteCertificateValidationCallback = (_, peer, sent, _) => (name = FindName(peer as X509Certificate2, sent)) is not null,
                    }
                )
                .ConfigureAwait(false);
            return (stream, name ?? throw new AuthenticationException("the peer showed no certificate"));
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes leave of the peer, where there is one still (RFC 6353 §5.4), and closes the stream.</summary>
    public static async ValueTask CloseAsync(Stream stream)
    {
        try
        {
            if (stream is SslStream { IsAuthenticated: true } tls)
                await tls.ShutdownAsync().ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Then it knows.
        }
        await stream.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The security name of a certificate that is trusted; null for any other.</summary>
    private string? FindName(X509Certificate2? peer, X509Chain? sent)
    {
        if (peer is null)
            return null;
        var name = FindTrustedName(peer, sent);
        if (name is null)
            Interlocked.Increment(ref Counters.InvalidCertificateCount);
        return name;
    }

    private string? FindTrustedName(X509Certificate2 peer, X509Chain? sent)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(trusted);
        if (sent is not null)
            policy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        policy.DisableCertificateDownloads = true;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.VerificationTimeIgnored = false;
        policy.VerificationTime = clock.GetLocalNow().DateTime;
        policy.ApplicationPolicy.Add(new(ClientAuthentication));
        var path = new List<X509Certificate2>();
        if (trusted.Count > 0 && chain.Build(peer))
        {
            foreach (var element in chain.ChainElements)
                path.Add(element.Certificate);
        }
        else if (!map.IsNamed(peer) || !IsOfToday(peer))
        {
            return null;
        }
        return map.FindName(peer, path);
    }

    private bool IsOfToday(X509Certificate2 peer)
    {
        var now = clock.GetLocalNow().DateTime;
        return peer.NotBefore <= now && now <= peer.NotAfter;
    }
}
