using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security;

namespace Rtfm.Snmp.Agent;

/// <summary>What an agent's engine is made of.</summary>
public sealed record SnmpEngineOptions
{
    /// <summary>One security model for each message version that is answered.</summary>
    public required IReadOnlyList<ISecurityModel> SecurityModels { get; init; }

    public required MibTree Mib { get; init; }

    public SnmpCounters Counters { get; init; } = new();

    /// <summary>Held while a request is answered: providers are asked by one thread at a time, whoever else asks them.</summary>
    public Lock Gate { get; init; } = new();

    /// <summary>The longest message sent, in octets; at least 484 (RFC 3417 §3.2).</summary>
    public int MaxMessageSize { get; init; } = LargestUdpMessage;

    /// <summary>Told when a provider threw; the request was answered with genErr.</summary>
    public Action<Exception, ObjectIdentifier>? OnProviderFault { get; init; }

    /// <summary>What fits into a UDP datagram over IPv4.</summary>
    public const int LargestUdpMessage = 65_507;
}
