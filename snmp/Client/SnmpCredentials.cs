using System.Text;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security.Usm;
using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.Client;

/// <summary>In whose name an agent is asked, and what proves it. Secrets are never logged and not part of <see cref="object.ToString"/>.</summary>
public abstract class SnmpCredentials
{
    private protected SnmpCredentials() { }

    public abstract SnmpVersion Version { get; }

    /// <summary>Certificates go over TLS and nothing else does: what it protects must not come unprotected by mistake.</summary>
    /// <returns>Null where the transport is good for these credentials, else what is wrong.</returns>
    public string? ComplaintAbout(TransportKind transport) =>
        (this is CertificateCredentials, transport == TransportKind.TlsTcp) switch
        {
            (true, false) => "the credentials are a certificate: write tlstcp:HOST:PORT",
            (false, true) => "tlstcp: needs credentials with a certificate: a file of them with localCert",
            _ => null,
        };

    /// <summary>What a program was told: credentials in a file, or a community; unless told, the environment's RTFM_CREDENTIALS and RTFM_COMMUNITY.</summary>
    /// <param name="file">Of <see cref="CredentialsFile"/>; null: not told.</param>
    /// <param name="community">Null: not told.</param>
    /// <param name="version">Of the community; null: not told, which means SNMPv2c.</param>
    /// <param name="otherwise">The community where nothing is told; null: there is none.</param>
    /// <returns>Null where nothing is told and there is no other community.</returns>
    /// <exception cref="CredentialsException">The file cannot be used, or both are told.</exception>
    public static SnmpCredentials? Choose(string? file, string? community, SnmpVersion? version = null, string? otherwise = null)
    {
        if (file is not null && (community is not null || version is not null))
            throw new CredentialsException($"{file}: credentials say version and community themselves: give either them or a community");
        if (file is null && community is null && version is null && Environment.GetEnvironmentVariable("RTFM_CREDENTIALS") is { Length: > 0 } usual)
            file = usual;
        if (file is not null)
            return CredentialsFile.Read(file);
        community ??= Environment.GetEnvironmentVariable("RTFM_COMMUNITY") ?? otherwise;
        return community is null ? null : new CommunityCredentials(community, version ?? SnmpVersion.V2c);
    }
}

/// <summary>A community, which everyone on the way can read (RFC 3584 §5).</summary>
public sealed class CommunityCredentials : SnmpCredentials
{
    /// <param name="community">A secret.</param>
    /// <param name="version">SNMPv1 or v2c.</param>
    public CommunityCredentials(string community, SnmpVersion version = SnmpVersion.V2c)
    {
        if (version > SnmpVersion.V2c)
            throw new ArgumentOutOfRangeException(nameof(version), version, "communities are of SNMPv1 and v2c");
        Community = community;
        Octets = Encoding.UTF8.GetBytes(community);
        Version = version;
    }

    public override SnmpVersion Version { get; }

    /// <summary>A secret.</summary>
    public string Community { get; }

    /// <summary>The community as messages carry it.</summary>
    internal byte[] Octets { get; }

    public override string ToString() => $"SNMP{Version.ToString().ToLowerInvariant()} community";
}

/// <summary>A user of SNMPv3 and his keys (RFC 3414).</summary>
public sealed class UserCredentials : SnmpCredentials
{
    /// <param name="userName">1 to 32 octets of UTF-8.</param>
    /// <exception cref="ArgumentException">The name is too long, or a secret is missing, not wanted or of the wrong length.</exception>
    public UserCredentials(
        string userName,
        AuthProtocol auth = AuthProtocol.None,
        UserSecret? authSecret = null,
        PrivProtocol priv = PrivProtocol.None,
        UserSecret? privSecret = null
    )
    {
        NameOctets = Encoding.UTF8.GetBytes(userName);
        if (NameOctets.Length is 0 or > UsmUser.LongestName)
            throw new ArgumentException($"a user name has 1 to {UsmUser.LongestName} octets", nameof(userName));
        if (auth == AuthProtocol.None != authSecret is null)
            throw new ArgumentException("authentication needs a protocol and a password or key", nameof(authSecret));
        if (priv == PrivProtocol.None != privSecret is null)
            throw new ArgumentException("privacy needs a protocol and a password or key", nameof(privSecret));
        if (priv != PrivProtocol.None && auth == AuthProtocol.None)
            throw new ArgumentException("there is no privacy without authentication", nameof(priv));
        authSecret?.RequireKeyOf(auth.DigestLength(), auth.ToName());
        privSecret?.RequireKeyOf(priv.KeyLength(), priv.ToName());
        (UserName, Auth, AuthSecret, Priv, PrivSecret) = (userName, auth, authSecret, priv, privSecret);
        BestLevel =
            auth == AuthProtocol.None ? SecurityLevel.NoAuthNoPriv
            : priv == PrivProtocol.None ? SecurityLevel.AuthNoPriv
            : SecurityLevel.AuthPriv;
        Level = BestLevel;
    }

    public override SnmpVersion Version => SnmpVersion.V3;

    public string UserName { get; }

    public AuthProtocol Auth { get; }

    public PrivProtocol Priv { get; }

    /// <summary>How messages are protected; less in answers is not taken. The best that there are keys for, unless told.</summary>
    /// <exception cref="ArgumentException">There are no keys for it.</exception>
    public SecurityLevel Level
    {
        get;
        init => field = value <= BestLevel ? value : throw new ArgumentException($"user '{UserName}' has no keys for {value.Words()}");
    }

    /// <summary>Whose view of the agent's objects (RFC 3411 §3.3.1); usually empty.</summary>
    public string ContextName
    {
        get;
        init => (field, ContextOctets) = (value, Encoding.UTF8.GetBytes(value));
    } = "";

    /// <summary>The agent's engine, where nothing else will do; empty: whichever is found.</summary>
    public EngineId EngineId { get; init; }

    internal byte[] NameOctets { get; }

    internal byte[] ContextOctets { get; private init; } = [];

    private UserSecret? AuthSecret { get; }

    private UserSecret? PrivSecret { get; }

    /// <summary>The best that there are keys for.</summary>
    internal SecurityLevel BestLevel { get; }

    /// <summary>The same user, asking about another context.</summary>
    public UserCredentials InContext(string name) =>
        new(UserName, Auth, AuthSecret, Priv, PrivSecret)
        {
            Level = Level,
            ContextName = name,
            EngineId = EngineId,
        };

    public override string ToString() => $"SNMPv3 user '{UserName}', {Level.Words()}";

    /// <summary>Good for any engine: made of passwords, not of keys for one.</summary>
    public bool IsForAnyEngine => AuthSecret is not { IsPassword: false } && PrivSecret is not { IsPassword: false };

    /// <summary>The same, for an agent whose engine is known: no other will be talked to.</summary>
    public UserCredentials For(EngineId engine) =>
        new(UserName, Auth, AuthSecret, Priv, PrivSecret)
        {
            Level = Level,
            ContextName = ContextName,
            EngineId = engine,
        };

    /// <summary>The user with the keys that are his at one engine.</summary>
    public UsmUser At(EngineId engine) => AtForAuthentication(engine) with { Priv = Priv, PrivKey = PrivSecret?.PrivKeyAt(engine, Auth, Priv) ?? [] };

    /// <summary>As <see cref="At"/>, without the key for privacy, which may take long to make.</summary>
    internal UsmUser AtForAuthentication(EngineId engine) =>
        new()
        {
            EngineId = engine,
            Name = UserName,
            Auth = Auth,
            AuthKey = AuthSecret?.AuthKeyAt(engine, Auth) ?? [],
        };
}
