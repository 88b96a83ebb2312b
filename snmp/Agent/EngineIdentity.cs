using Rtfm.Snmp.Configuration;

namespace Rtfm.Snmp.Agent;

/// <summary>Who an engine is, and its time (RFC 3411 §5 snmpEngine group).</summary>
/// <param name="id">The same over restarts, or the users' keys fit no more.</param>
/// <param name="boots">How often it has started, this time included; at most 2^31-1, where it stays.</param>
public sealed class EngineIdentity(EngineId id, int boots, TimeProvider clock)
{
    private readonly long _started = clock.GetTimestamp();

    public EngineId Id { get; } = id;

    public int Boots { get; } = boots;

    /// <summary>Seconds since the start.</summary>
    public int Time => (int)clock.GetElapsedTime(_started).TotalSeconds;

    public TimeProvider Clock => clock;
}
