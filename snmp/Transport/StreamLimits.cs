namespace Rtfm.Snmp.Transport;

/// <summary>What connections may take of an agent: whatever peers do, its memory and its time stay bounded.</summary>
public sealed record StreamLimits
{
    public int Connections { get; init; } = 256;

    /// <summary>Connections from one IPv4 address, or one IPv6 network of 64 bits.</summary>
    public int ConnectionsPerSource { get; init; } = 64;

    /// <summary>How long a connection may be without a request.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a handshake, a message on its way in, or an answer on its way out may take.</summary>
    public TimeSpan Message { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest message taken, in octets; at least 8,192 (RFC 3430 §2.2).</summary>
    public int MessageSize { get; init; } = 65_535;
}
