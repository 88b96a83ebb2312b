using Rtfm.Agent.Metering;
using Rtfm.Model;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Notifications;

namespace Rtfm.Agent.Notifications;

/// <summary>Tells when packets of a source get lost before the meter has them, and when none has been lost for a while: not every second anew.</summary>
internal sealed class CaptureLossWatch(TrafficMeter meter, TimeProvider clock, Action<Notification> raise)
{
    /// <summary>Without a loss for so long, it is over.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromSeconds(60);

    /// <summary>rtfmLossSource, rtfmLossPackets: objects that only notifications have.</summary>
    private const uint SourceObject = 21;
    private const uint PacketsObject = 22;

    private readonly Dictionary<MeteredSource, Loss> _losses = [];

    /// <param name="Seen">Packets lost when we looked last.</param>
    /// <param name="Before">Packets lost before it began.</param>
    /// <param name="LatestAt">When we saw the count grow last; null: nothing is the matter.</param>
    private sealed record Loss(ulong Seen, ulong Before, long? LatestAt);

    /// <summary>To be called about once a second.</summary>
    public void Look()
    {
        foreach (var source in meter.Sources)
        {
            var counters = source.Counters;
            // Damaged records of a file are no loss of the capture.
            var lost = counters.LostByKernel + counters.LostByInterface;
            var known = _losses.GetValueOrDefault(source) ?? new(0, 0, null);
            _losses[source] = Next(source, known, lost);
        }
    }

    private Loss Next(MeteredSource source, Loss known, ulong lost)
    {
        if (lost > known.Seen)
        {
            if (known.LatestAt is not null)
                return known with { Seen = lost, LatestAt = clock.GetTimestamp() };
            raise(Of(9, source, lost - known.Seen));
            return new(lost, known.Seen, clock.GetTimestamp());
        }
        if (known.LatestAt is { } latest && clock.GetElapsedTime(latest) >= Calm)
        {
            raise(Of(10, source, lost - known.Before));
            return known with { LatestAt = null };
        }
        return known;
    }

    private Notification Of(uint number, MeteredSource source, ulong packets) =>
        new(
            MeterNotifications.Id(number),
            MeterNotifications.Column(
                FlowMeterMib.InterfaceEntry,
                2,
                source.IfIndex,
                SnmpValue.Counter32(unchecked((uint)meter.LostPackets(source.IfIndex)))
            ),
            new(new([.. Oids.Notifying, SourceObject, 0]), SnmpValue.OctetString(source.Name)),
            new(new([.. Oids.Notifying, PacketsObject, 0]), SnmpValue.Unsigned32((uint)Math.Min(packets, uint.MaxValue)))
        );
}
