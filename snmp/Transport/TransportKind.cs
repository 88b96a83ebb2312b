namespace Rtfm.Snmp.Transport;

/// <summary>How messages travel.</summary>
public enum TransportKind
{
    /// <summary>Datagrams (RFC 3417 §3).</summary>
    Udp,

    /// <summary>A stream of messages (RFC 3430).</summary>
    Tcp,

    /// <summary>The same, under TLS with certificates on both sides (RFC 6353).</summary>
    TlsTcp,
}
