using Rtfm.Model;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Notifications;

namespace Rtfm.Agent.Mib;

/// <summary>RTFM-METER-EXT-MIB, rtfmNotifying: what became of notifications.</summary>
internal static class NotificationMib
{
    public static IEnumerable<IMibProvider> Providers(NotificationCounters counters, Func<uint> now)
    {
        var plane = new ControlPlane<NotificationCounters>(new Fixed(counters, now));
        Counter(1, all => all.Raised);
        Counter(2, all => all.RateLimited);
        Counter(3, all => all.QueueDropped);
        Counter(4, all => all.Filtered);
        Counter(5, all => all.Hidden);
        Counter(6, all => all.Unsendable);
        Counter(7, all => all.Traps);
        Counter(8, all => all.Informs);
        Counter(9, all => all.Retries);
        Counter(10, all => all.Acknowledged);
        Counter(11, all => all.GivenUp);
        Counter(12, all => all.InformsDropped);
        Counter(13, all => all.SendFailures);
        return plane.Objects;

        void Counter(uint number, Func<NotificationCounters, uint> value) =>
            plane.ReadOnly([.. Oids.Notifying, number, 0], Smi.Counter32, state => value(state));
    }

    /// <summary>Nothing here is set over SNMP.</summary>
    private sealed class Fixed(NotificationCounters counters, Func<uint> now) : IControlState<NotificationCounters>
    {
        public NotificationCounters Current => counters;

        public uint Now => now();

        public bool TryReplace(NotificationCounters expected, NotificationCounters next) => false;
    }
}
