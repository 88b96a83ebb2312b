using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Rtfm.Snmp.Transport.Tls;

/// <summary>The client's side of TLS (RFC 6353 §5.3.1): shows a certificate, and looks whether the server is who it should be.</summary>
/// <param name="certificate">The client's, with its key.</param>
/// <param name="issuers">Certificates that are sent along: those between it and an authority that servers trust.</param>
/// <param name="server">The server's own certificate; null: one of <paramref name="trusted"/> must vouch for it and for its name.</param>
/// <param name="serverName">Host name or address that the server's certificate must have; null: the one that was asked for.</param>
internal sealed class TlsClient(
    X509Certificate2 certificate,
    X509Certificate2Collection issuers,
    Fingerprint? server,
    X509Certificate2Collection trusted,
    string? serverName
)
{
    /// <summary>id-kp-serverAuth (RFC 5280 §4.2.1.12).</summary>
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly SslStreamCertificateContext _certificate = SslStreamCertificateContext.Create(certificate, issuers, offline: true);

    /// <summary>Does the handshake.</summary>
    /// <param name="host">The name or address that was asked for.</param>
    /// <exception cref="AuthenticationException">The server is not who it should be, or does not take the client's certificate.</exception>
    public async Task<SslStream> ConnectAsync(Stream connection, string host, TimeProvider clock, CancellationToken cancellationToken)
    {
        string? complaint = null;
        var stream = new SslStream(connection, leaveInnerStreamOpen: false);
        try
        {
            await stream
                .AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions
                    {
                        TargetHost = serverName ?? host,
                        ClientCertificateContext = _certificate,
                        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                        AllowTlsResume = false,
                        AllowRenegotiation = false,
                        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                        RemoteCertificateValidationCallback = (_, shown, sent, _) =>
                            (complaint = Complaint(shown as X509Certificate2, sent, serverName ?? host, clock)) is null,
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            return stream;
        }
        catch (Exception fault)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (complaint is not null)
                throw new AuthenticationException(complaint, fault);
            // The server's own complaint may come while the handshake is still on its way; what is in it is the library's words.
            if (fault is AuthenticationException)
                throw new AuthenticationException($"{fault.GetBaseException().Message}; does it know this certificate, and TLS 1.2 or 1.3?", fault);
            throw;
        }
    }

    /// <returns>Null where the certificate is the one that is wanted.</returns>
    private string? Complaint(X509Certificate2? shown, X509Chain? sent, string host, TimeProvider clock)
    {
        if (shown is null)
            return "it shows no certificate";
        var now = clock.GetLocalNow().DateTime;
        if (now < shown.NotBefore || now > shown.NotAfter)
            return $"its certificate is good from {shown.NotBefore:u} to {shown.NotAfter:u}";
        if (server is { } wanted)
            return wanted.IsOf(shown) ? null : $"its certificate is {Fingerprint.Of(shown)}, not the one that is expected";
        if (!IsVouchedFor(shown, sent, now))
            return $"nobody who is trusted vouches for its certificate, {Fingerprint.Of(shown)}";
        return shown.MatchesHostname(host, allowWildcards: true, allowCommonName: false) ? null : $"its certificate is not one of '{host}'";
    }

    private bool IsVouchedFor(X509Certificate2 shown, X509Chain? sent, DateTime now)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(trusted);
        if (sent is not null)
            policy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        // Nothing is fetched for a server, neither certificates nor lists of revoked ones.
        policy.DisableCertificateDownloads = true;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.VerificationTimeIgnored = false;
        policy.VerificationTime = now;
        policy.ApplicationPolicy.Add(new(ServerAuthentication));
        return chain.Build(shown);
    }
}
