using System.Runtime.InteropServices;

namespace Rtfm.Agent.Statistics;

/// <summary>What a record of statistics begins with.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct StatisticHeader
{
    /// <summary>Octets of the first two.</summary>
    public const int BareLength = 8;

    /// <summary>The number of its layout, among those of the rule set whose flow it is.</summary>
    public int Layout;

    /// <summary>Octets of the record. Never changes: a reader that comes too late goes no further.</summary>
    public int Room;

    /// <summary>When packets came, in nanoseconds: the first; the latest; the latest of each direction.</summary>
    public long FirstNs;
    public long LastNs;
    public long LastToNs;
    public long LastFromNs;

    /// <summary>Of the latest packet.</summary>
    public PacketDirection LastDirection;

    /// <summary>Which directions had a packet.</summary>
    public PacketDirection Seen;
}

/// <summary>Which way a packet went; several together.</summary>
[Flags]
internal enum PacketDirection
{
    None = 0,

    /// <summary>From the flow's source to its dest.</summary>
    To = 1,
    From = 2,
}

/// <summary>What a statistic remembers beside its counters.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct StatisticState
{
    /// <summary>The interval that is being filled, counted from the flow's first packet; for active intervals: the latest that was counted, plus 1.</summary>
    public ulong Interval;

    /// <summary>What that interval has so far: octets, packets or streams.</summary>
    public ulong Gathered;
}
