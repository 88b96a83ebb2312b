using Rtfm.Snmp.Security;

namespace Rtfm.Snmp.Agent;

/// <summary>Lets each source address have so many requests a second, a second's worth at once.</summary>
/// <remarks>Addresses share 4,096 places by a secret hash: memory is bounded, whoever asks; who shares a place with a flood waits with it.</remarks>
internal sealed class RateLimiter(int perSecond, TimeProvider clock)
{
    private const int Places = 4_096;

    /// <summary>For each place: when what it has taken will be worn off.</summary>
    private readonly long[] _busyUntil = new long[Places];
    private readonly long _cost = Math.Max(clock.TimestampFrequency / perSecond, 1);

    public bool Allows(in Requester from)
    {
        var now = clock.GetTimestamp();
        ref var busyUntil = ref _busyUntil[Place(from)];
        var taken = Math.Max(busyUntil, now);
        if (taken - now >= clock.TimestampFrequency)
            return false;
        busyUntil = taken + _cost;
        return true;
    }

    private static int Place(in Requester from)
    {
        var hash = new HashCode(); // seeded by the process
        hash.AddBytes(from.IpAddress);
        return hash.ToHashCode() & (Places - 1);
    }
}
