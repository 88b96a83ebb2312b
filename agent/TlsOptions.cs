using Rtfm.Snmp.Transport.Tls;

namespace Rtfm.Agent;

/// <summary>Whom the meter trusts who comes over TLS: section <c>Rtfm:Agent:Tls</c> (RFC 6353).</summary>
public sealed record TlsOptions
{
    /// <summary>PEM file with the meter's own certificate, and those that vouch for it.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM file with its private key; unset: it is in <see cref="Certificate"/>.</summary>
    public string? Key { get; init; }

    /// <summary>PEM file with the certificates of those who may vouch for clients; unset: each client's own certificate is in <see cref="Clients"/>.</summary>
    public string? Trusted { get; init; }

    /// <summary>Which certificates stand for whom, tried in this order; any other is refused.</summary>
    public TlsClient[] Clients { get; init; } = [];

    /// <summary>Security names of those who may read.</summary>
    public string[] Readers { get; init; } = [];

    /// <summary>Security names of those who may read and write.</summary>
    public string[] Writers { get; init; } = [];
}

/// <summary>A row of snmpTlstmCertToTSNTable (RFC 6353 §7).</summary>
public sealed record TlsClient
{
    /// <summary>Of the client's certificate, or of one in <see cref="TlsOptions.Trusted"/> that vouches for it: <c>sha256:HEX</c>.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>Where the security name comes from.</summary>
    public CertificateMapType Map { get; init; } = CertificateMapType.Specified;

    /// <summary>The security name, where <see cref="Map"/> is Specified.</summary>
    public string SecurityName { get; init; } = "";
}
