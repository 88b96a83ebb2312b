using System.Security.Cryptography.X509Certificates;
using System.Text;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Transport.Tls;

namespace Rtfm.Snmp.Client;

/// <summary>A certificate that says who asks, over TLS (RFC 6353): the agent knows from it who that is, and protects messages by the transport (RFC 5591).</summary>
public sealed class CertificateCredentials : SnmpCredentials
{
    private readonly string _subject;

    private CertificateCredentials(
        X509Certificate2 certificate,
        X509Certificate2Collection? issuers,
        Fingerprint? server,
        X509Certificate2Collection trusted,
        string? serverName,
        string contextName
    )
    {
        if (!certificate.HasPrivateKey)
            throw new ArgumentException("a certificate without its key proves nothing", nameof(certificate));
        _subject = certificate.Subject;
        (ContextName, ContextOctets) = (contextName, Encoding.UTF8.GetBytes(contextName));
        Tls = new TlsClient(certificate, issuers ?? [], server, trusted, serverName);
    }

    /// <summary>For agents that show one certificate.</summary>
    /// <param name="certificate">With its key.</param>
    /// <param name="agent">The fingerprint of the agent's certificate.</param>
    /// <param name="issuers">Sent along: certificates between ours and an authority that agents trust.</param>
    /// <param name="contextName">Of <see cref="ContextName"/>.</param>
    /// <exception cref="ArgumentException">The certificate is without its key.</exception>
    public static CertificateCredentials ForAgent(
        X509Certificate2 certificate,
        Fingerprint agent,
        X509Certificate2Collection? issuers = null,
        string contextName = ""
    ) => new(certificate, issuers, agent, [], null, contextName);

    /// <summary>For agents whose certificates somebody vouches for.</summary>
    /// <param name="trusted">Certificates of those who may.</param>
    /// <param name="agentName">Host name or address that the agent's certificate must have; null: the one that is asked for.</param>
    /// <inheritdoc cref="ForAgent"/>
    public static CertificateCredentials ForAgentsOf(
        X509Certificate2 certificate,
        X509Certificate2Collection trusted,
        string? agentName = null,
        X509Certificate2Collection? issuers = null,
        string contextName = ""
    ) => new(certificate, issuers, null, trusted, agentName, contextName);

    public override SnmpVersion Version => SnmpVersion.V3;

    /// <summary>Whose view of the agent's objects (RFC 3411 §3.3.1); usually empty.</summary>
    public string ContextName { get; }

    internal byte[] ContextOctets { get; }

    internal TlsClient Tls { get; }

    public override string ToString() => $"certificate of {_subject}";
}
