using System.Net;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Client;

/// <summary>An agent to talk to, and how: address, credentials, patience.</summary>
/// <param name="Address">Where it listens.</param>
/// <param name="Credentials">In whose name. With SNMPv3, keep the object: keys and the agents' times are known by it.</param>
public sealed record SnmpTarget(IPEndPoint Address, SnmpCredentials Credentials)
{
    public SnmpVersion Version => Credentials.Version;

    /// <summary>How long to wait for the first answer; each retry waits twice as long as the one before.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a request is sent again before it is given up.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>What people call the agent in messages: the address unless a name was given.</summary>
    public string Name { get; init; } = Address.ToString();

    public override string ToString() => Name;
}
