using System.Net;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Snmp.Notifications;

/// <summary>The receivers of SNMPv3 informs: their engine IDs, and their clocks, which have authority over the messages (RFC 3414 §2.2.3, §4).</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class RemoteEngines(TimeProvider clock)
{
    private readonly Dictionary<IPEndPoint, EngineId> _ids = [];

    /// <summary>Outlives the engine ID's place: nobody can make us forget a time.</summary>
    private readonly Dictionary<EngineId, EngineClock> _clocks = [];

    /// <summary>The engine at an address; empty: not known yet.</summary>
    public EngineId At(IPEndPoint endPoint) => _ids.GetValueOrDefault(endPoint);

    public void Found(IPEndPoint endPoint, EngineId id) => _ids[endPoint] = id;

    /// <summary>It does not answer: perhaps there is another one now.</summary>
    public void Forget(IPEndPoint endPoint) => _ids.Remove(endPoint);

    /// <summary>Its clock; zeros where nothing is known, to which it answers with what is right.</summary>
    public EngineClock ClockOf(EngineId id)
    {
        if (!_clocks.TryGetValue(id, out var known))
            _clocks[id] = known = new EngineClock(clock);
        return known;
    }
}
