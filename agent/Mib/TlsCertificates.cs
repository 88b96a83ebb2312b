using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Transport.Tls;

namespace Rtfm.Agent.Mib;

/// <summary>Makes of the settings what TLS needs.</summary>
internal static class TlsCertificates
{
    private const string Section = $"{AgentOptions.Section}:Tls";
    private const string ReaderGroup = "read-tls";
    private const string WriterGroup = "write-tls";
    private const string DiscoveryView = "discovery";

    /// <summary>Reads the files.</summary>
    /// <exception cref="SettingsException">A file cannot be read, a fingerprint is none, or nobody is known.</exception>
    public static TlsServer Open(TlsOptions? options, TimeProvider clock)
    {
        if (options?.Certificate is not { } file)
            throw new SettingsException($"{AgentOptions.Section}:Listen has 'tlstcp:', and there is no {Section}:Certificate. Name a PEM file.");
        if (options.Clients.Length == 0)
            throw new SettingsException($"{Section}:Clients is empty: nobody could come over TLS. Name the fingerprint of a certificate.");
        var certificate = Read(nameof(options.Certificate), file, () => X509Certificate2.CreateFromPemFile(file, options.Key ?? file));
        var trusted = new X509Certificate2Collection();
        if (options.Trusted is { } authorities)
        {
            Read(
                nameof(options.Trusted),
                authorities,
                () =>
                {
                    trusted.ImportFromPemFile(authorities);
                    return trusted.Count > 0 ? trusted : throw new CryptographicException("it has no certificate.");
                }
            );
        }
        return new TlsServer(certificate, trusted, new CertificateMap(Array.ConvertAll(options.Clients, Row)), clock);
    }

    /// <summary>Puts those who may come over TLS into groups of their own.</summary>
    /// <remarks>
    /// Before it asks with the level the transport gives, a client asks without any for the engine's ID (RFC 5343 §3): that it may read, and nothing else.
    /// </remarks>
    public static SnmpConfiguration Add(SnmpConfiguration configuration, TlsOptions? options)
    {
        if (options is null)
            return configuration;
        configuration = configuration with
        {
            Views = configuration.Views.With(
                new ViewFamily
                {
                    View = DiscoveryView,
                    Subtree = new(1, 3, 6, 1, 6, 3, 10, 2, 1, 1),
                    IsIncluded = true,
                    Storage = StorageType.ReadOnly,
                }
            ),
            Access = configuration.Access.With([
                Access(ReaderGroup, SecurityLevel.NoAuthNoPriv, DiscoveryView, ""),
                Access(ReaderGroup, SecurityLevel.AuthPriv, StandardAccess.Restricted, ""),
                Access(WriterGroup, SecurityLevel.NoAuthNoPriv, DiscoveryView, ""),
                Access(WriterGroup, SecurityLevel.AuthPriv, StandardAccess.Everything, StandardAccess.Everything),
            ]),
        };
        foreach (var name in options.Readers)
            configuration = Add(configuration, name, ReaderGroup);
        foreach (var name in options.Writers)
            configuration = Add(configuration, name, WriterGroup);
        return configuration;
    }

    private static AccessEntry Access(string group, SecurityLevel level, string read, string write) =>
        new()
        {
            Group = group,
            Model = SecurityModel.Transport,
            Level = level,
            ReadView = read,
            WriteView = write,
            NotifyView = read,
            Storage = StorageType.ReadOnly,
        };

    private static SnmpConfiguration Add(SnmpConfiguration configuration, string name, string group) =>
        configuration with
        {
            Groups = configuration.Groups.With(
                new GroupMember
                {
                    Model = SecurityModel.Transport,
                    SecurityName = name,
                    Group = group,
                    Storage = StorageType.ReadOnly,
                }
            ),
        };

    private static CertificateMap.Row Row(TlsClient client)
    {
        if (!Fingerprint.TryParse(client.Fingerprint, out var fingerprint, out var complaint))
            throw new SettingsException(
                $"{Section}:Clients has the fingerprint '{client.Fingerprint}': {complaint}. 'openssl x509 -noout -sha256 -fingerprint -in FILE' shows it."
            );
        if (client.Map == CertificateMapType.Specified && client.SecurityName.Length is 0 or > 32)
            throw new SettingsException($"{Section}:Clients has '{client.Fingerprint}' without a SecurityName of 1 to 32 octets.");
        return new(fingerprint, client.Map, client.SecurityName);
    }

    private static T Read<T>(string name, string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new SettingsException($"{Section}:{name} is '{file}': {fault.Message}");
        }
    }
}
