using System.Net;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Client;

/// <summary>An agent to talk to, and how: address, version, credentials, patience.</summary>
/// <param name="Address">Where it listens.</param>
/// <param name="Version">SNMPv1 or v2c.</param>
/// <param name="Community">The community name. A secret: never logged, not part of <see cref="ToString"/>.</param>
public sealed record SnmpTarget(IPEndPoint Address, SnmpVersion Version, string Community)
{
    /// <summary>How long to wait for the first answer; each retry waits twice as long as the one before.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a request is sent again before it is given up.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>What people call the agent in messages: the address unless a name was given.</summary>
    public string Name { get; init; } = Address.ToString();

    public override string ToString() => Name;
}
