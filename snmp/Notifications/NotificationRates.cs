using Rtfm.Snmp.Ber;

namespace Rtfm.Snmp.Notifications;

/// <summary>Lets through what the limits allow: a bucket for each type of notification and one for all.</summary>
internal sealed class NotificationRates(NotificationLimits limits, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectIdentifier, Bucket> _types = [];
    private readonly Bucket _all = new(limits.Burst, limits.PerSecond, clock.GetTimestamp());

    public bool Allows(ObjectIdentifier type)
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            if (!_types.TryGetValue(type, out var own))
                _types.Add(type, own = new(limits.TypeBurst, limits.TypePerSecond, now));
            own.Fill(now, clock);
            _all.Fill(now, clock);
            // What one refuses takes nothing from the other.
            if (own.Tokens < 1 || _all.Tokens < 1)
                return false;
            own.Tokens--;
            _all.Tokens--;
            return true;
        }
    }

    private sealed class Bucket(int burst, double perSecond, long filledAt)
    {
        private long _filledAt = filledAt;

        public double Tokens { get; set; } = burst;

        public void Fill(long now, TimeProvider clock)
        {
            Tokens = Math.Min(burst, Tokens + clock.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond);
            _filledAt = now;
        }
    }
}
