namespace Rtfm.Snmp.Messages;

/// <summary>How far a message is protected (RFC 3411 §3.4.3), with the numbers of SnmpSecurityLevel.</summary>
public enum SecurityLevel
{
    NoAuthNoPriv = 1,
    AuthNoPriv = 2,
    AuthPriv = 3,
}

/// <summary>What people call the levels.</summary>
public static class SecurityLevels
{
    /// <summary>As RFC 3411 and Net-SNMP spell it: authPriv.</summary>
    public static string Words(this SecurityLevel level) => char.ToLowerInvariant(level.ToString()[0]) + level.ToString()[1..];
}

/// <summary>Who established a message's sender (RFC 3411 §5 SnmpSecurityModel).</summary>
public enum SecurityModel
{
    /// <summary>In access control: whichever it was.</summary>
    Any = 0,
    V1 = 1,
    V2c = 2,

    /// <summary>User-based (RFC 3414).</summary>
    Usm = 3,

    /// <summary>The transport's own, as with TLS (RFC 5591).</summary>
    Transport = 4,
}
