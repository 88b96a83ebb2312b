using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;

namespace Rtfm.Snmp.AgentX;

/// <summary>What an AgentX session is made of.</summary>
public sealed record AgentXOptions
{
    public required AgentXAddress Master { get; init; }

    /// <summary>The objects under the modules, and no others.</summary>
    public required MibTree Mib { get; init; }

    /// <summary>The subtrees to register, with their lines for the master's sysORTable.</summary>
    public required IReadOnlyList<Snmpv2Mib.Module> Modules { get; init; }

    /// <summary>Held while providers are called: the engine's, where there is one.</summary>
    public required Lock Gate { get; init; }

    /// <summary>What the sub-agent is, as in sysObjectID.</summary>
    public required ObjectIdentifier Id { get; init; }

    /// <summary>What the sub-agent is, in words.</summary>
    public required string Description { get; init; }

    /// <summary>How long to wait for a master that is gone; each attempt in vain doubles it, up to <see cref="LongestRetry"/>.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a master may be silent before it is pinged, and how long it has to answer.</summary>
    public TimeSpan Ping { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Told when the session is open and everything is registered.</summary>
    public Action? OnOpened { get; init; }

    /// <summary>Told why there is no session: when it is lost, and once a minute while it cannot be opened.</summary>
    public Action<string>? OnLost { get; init; }

    /// <summary>Told when a provider threw; the request was answered with genErr.</summary>
    public Action<Exception, ObjectIdentifier>? OnProviderFault { get; init; }
}
