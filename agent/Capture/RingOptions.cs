namespace Rtfm.Agent.Capture;

/// <summary>How an interface is captured at.</summary>
/// <param name="Interface">Its name.</param>
/// <param name="Filter">libpcap's filter language; empty: everything, and libpcap is not needed.</param>
/// <param name="SnapLength">Octets captured of each packet: enough for all headers, little enough to copy fast.</param>
/// <param name="BufferMiB">The ring that the kernel fills.</param>
/// <param name="IsPromiscuous">Capture what is not addressed to this machine, too.</param>
/// <param name="FanoutGroup">Rings with the same number at one interface share its packets, both directions of a flow at one ring; <see cref="NewGroup"/>: the ring makes a group; null: it gets all packets.</param>
/// <param name="KnowsDirection">Says of each packet whether it came in or went out.</param>
/// <param name="HasHardwareTimestamps">Takes the interface's own times of packets, where it gives any.</param>
public sealed record RingOptions(
    string Interface,
    string Filter,
    int SnapLength,
    int BufferMiB,
    bool IsPromiscuous,
    ushort? FanoutGroup = null,
    bool KnowsDirection = false,
    bool HasHardwareTimestamps = false
)
{
    /// <summary>A group that nobody else on this machine has: the kernel finds its number.</summary>
    public const ushort NewGroup = 0;
}
