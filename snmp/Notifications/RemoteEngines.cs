using System.Net;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Snmp.Notifications;

/// <summary>The receivers of SNMPv3 informs: their engine IDs, and their clocks, which have authority over the messages (RFC 3414 §2.2.3, §4).</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class RemoteEngines(TimeProvider clock)
{
    /// <summary>Seconds that a message may be older than the latest (RFC 3414 §2.2.3).</summary>
    private const int TimeWindow = 150;

    private readonly Dictionary<IPEndPoint, EngineId> _ids = [];

    /// <summary>Outlives the engine ID's place: nobody can make us forget a time.</summary>
    private readonly Dictionary<EngineId, EngineClock> _clocks = [];

    private sealed record EngineClock(int Boots, int LatestTime, long ReadAt);

    /// <summary>The engine at an address; empty: not known yet.</summary>
    public EngineId At(IPEndPoint endPoint) => _ids.GetValueOrDefault(endPoint);

    public void Found(IPEndPoint endPoint, EngineId id) => _ids[endPoint] = id;

    /// <summary>It does not answer: perhaps there is another one now.</summary>
    public void Forget(IPEndPoint endPoint) => _ids.Remove(endPoint);

    /// <summary>Its boots and time; zeros where nothing is known, to which it answers with what is right.</summary>
    public (int Boots, int Time) TimeOf(EngineId id) =>
        _clocks.TryGetValue(id, out var known)
            ? (known.Boots, known.LatestTime + (int)Math.Min(clock.GetElapsedTime(known.ReadAt).TotalSeconds, int.MaxValue - known.LatestTime))
            : (0, 0);

    /// <summary>Learns from an authentic message (RFC 3414 §3.2 (7 b)).</summary>
    /// <returns>False where the message is too old.</returns>
    public bool Accepts(EngineId id, int boots, int time)
    {
        var isKnown = _clocks.TryGetValue(id, out var known);
        if (!isKnown || boots > known!.Boots || boots == known.Boots && time > known.LatestTime)
            _clocks[id] = new(boots, time, clock.GetTimestamp());
        var now = TimeOf(id);
        return boots == now.Boots && boots != int.MaxValue && time >= now.Time - TimeWindow;
    }
}
