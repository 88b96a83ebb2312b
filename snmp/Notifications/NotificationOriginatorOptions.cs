using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Snmp.Notifications;

/// <summary>What a notification originator is made of.</summary>
public sealed record NotificationOriginatorOptions
{
    public required EngineIdentity Identity { get; init; }

    /// <summary>Who is told of what; what it is now counts for each notification.</summary>
    public required Func<SnmpConfiguration> Configuration { get; init; }

    /// <summary>sysUpTime, in hundredths of a second.</summary>
    public required Func<uint> UpTime { get; init; }

    public NotificationLimits Limits { get; init; } = new();

    /// <summary>The agent's counters, of which the originator keeps what it sends.</summary>
    public SnmpCounters Counters { get; init; } = new();

    /// <summary>The longest message sent, in octets.</summary>
    public int MaxMessageSize { get; init; } = SnmpEngineOptions.LargestUdpMessage;

    /// <summary>Told which target a notification did not reach, and why. May be told often.</summary>
    public Action<string, string>? OnTrouble { get; init; }
}
