using System.Net;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.Client;

/// <summary>An agent to talk to, and how: address, credentials, patience.</summary>
/// <param name="Address">Where it listens.</param>
/// <param name="Credentials">In whose name. With SNMPv3, keep the object: keys and the agents' times are known by it.</param>
public sealed record SnmpTarget(IPEndPoint Address, SnmpCredentials Credentials)
{
    /// <summary>For an agent whose address is not known yet: <see cref="SnmpHost"/> finds it.</summary>
    public static IPEndPoint Nowhere { get; } = new(IPAddress.None, 0);

    public SnmpVersion Version => Credentials.Version;

    /// <summary>How messages travel. For <see cref="TransportKind.TlsTcp"/>, and only for it, credentials are <see cref="CertificateCredentials"/>.</summary>
    public TransportKind Transport { get; init; }

    /// <summary>What the agent was asked for by: where an authority vouches for its certificate, that must have this name or address.</summary>
    public string HostName { get; init; } = Address.Address.ToString();

    /// <summary>How long to wait for the first answer; each retry waits twice as long as the one before.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a request is sent again before it is given up; over a connection only where it was lost, else it is waited for as long.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>What people call the agent in messages: the address unless a name was given.</summary>
    public string Name { get; init; } = Address.ToString();

    public override string ToString() => Name;
}
