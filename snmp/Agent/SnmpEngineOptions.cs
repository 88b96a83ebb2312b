using System.Collections.Frozen;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Mib;

namespace Rtfm.Snmp.Agent;

/// <summary>What an agent's engine is made of.</summary>
public sealed record SnmpEngineOptions
{
    public required EngineIdentity Identity { get; init; }

    /// <summary>Who there is and what he may do; what it is now counts for each message.</summary>
    public required Func<SnmpConfiguration> Configuration { get; init; }

    public required MibTree Mib { get; init; }

    /// <summary>What there is in contexts that have a name (RFC 3411 §3.3.1); <see cref="Mib"/> is what there is in the one without.</summary>
    public IReadOnlyDictionary<string, MibTree> Contexts { get; init; } = FrozenDictionary<string, MibTree>.Empty;

    public SnmpCounters Counters { get; init; } = new();

    /// <summary>Held while a request is answered: providers are asked by one thread at a time, whoever else asks them.</summary>
    public Lock Gate { get; init; } = new();

    /// <summary>The longest message sent, in octets; at least 484 (RFC 3417 §3.2).</summary>
    public int MaxMessageSize { get; init; } = LargestUdpMessage;

    /// <summary>The longest answer to a sender elsewhere who is not authenticated, in octets: nobody's address is to be flooded in another's name.</summary>
    public int MaxUnauthenticatedAnswer { get; init; } = LargestUdpMessage;

    /// <summary>Requests a second that one source may send; 0: any number.</summary>
    public int RequestsPerSecond { get; init; }

    /// <summary>Who takes informs that are sent to this engine; null: they are not answered.</summary>
    public IInformReceiver? Informs { get; init; }

    /// <summary>Told when a provider threw; the request was answered with genErr.</summary>
    public Action<Exception, ObjectIdentifier>? OnProviderFault { get; init; }

    /// <summary>What fits into a UDP datagram over IPv4.</summary>
    public const int LargestUdpMessage = 65_507;
}
