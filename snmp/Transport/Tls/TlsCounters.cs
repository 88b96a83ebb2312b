namespace Rtfm.Snmp.Transport.Tls;

/// <summary>What became of the sessions that a TLS server had (RFC 6353 §7 snmpTlstmSession).</summary>
public sealed class TlsCounters
{
    internal int AcceptCount;
    internal int CloseCount;
    internal int NoSessionCount;
    internal int InvalidCertificateCount;

    /// <summary>Sessions over which at least one message came.</summary>
    public uint Accepts => (uint)Volatile.Read(ref AcceptCount);

    /// <summary>Sessions ended from here: nothing came for too long, or no message, or the listener stopped.</summary>
    public uint Closes => (uint)Volatile.Read(ref CloseCount);

    /// <summary>Answers that could not be sent because their session was gone.</summary>
    public uint NoSessions => (uint)Volatile.Read(ref NoSessionCount);

    /// <summary>Sessions that did not come about: the client's certificate is not trusted or stands for nobody.</summary>
    public uint InvalidClientCertificates => (uint)Volatile.Read(ref InvalidCertificateCount);
}
