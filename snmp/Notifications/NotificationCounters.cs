namespace Rtfm.Snmp.Notifications;

/// <summary>What became of notifications. A notification counts once for each of its targets, but for the first three.</summary>
/// <remarks>Written by several threads: with <see cref="Interlocked"/>.</remarks>
public sealed class NotificationCounters
{
    /// <summary>What happened, whether or not anyone is told.</summary>
    public uint Raised;

    /// <summary>Not sent to anyone: more of its type, or in all, than the limits allow.</summary>
    public uint RateLimited;

    /// <summary>Not sent to anyone: the queue was full of newer ones.</summary>
    public uint QueueDropped;

    /// <summary>Kept back by the target's filter (RFC 3413 §6).</summary>
    public uint Filtered;

    /// <summary>Not for the target's eyes: outside its notify view (RFC 3413 §3.3).</summary>
    public uint Hidden;

    /// <summary>Cannot be put into a message for the target: its rows make no sense, no such user or community, Counter64 for SNMPv1, too long.</summary>
    public uint Unsendable;

    public uint Traps;
    public uint Informs;

    /// <summary>Informs that were sent once more.</summary>
    public uint Retries;
    public uint Acknowledged;

    /// <summary>Informs that nobody acknowledged.</summary>
    public uint GivenUp;

    /// <summary>Informs not sent, as too many wait for an answer already.</summary>
    public uint InformsDropped;

    /// <summary>Datagrams that the system did not take.</summary>
    public uint SendFailures;
}
