using System.Buffers.Binary;
using Rtfm.Agent.Matching;
using Rtfm.Model;

namespace Rtfm.Agent.Statistics;

/// <summary>One statistic of a flow: what it is made from, in which direction, with which parameters, and where its counters are.</summary>
internal sealed class Statistic
{
    private const long Second = 1_000_000_000;
    private const long DefaultPairGapNs = 1_000_000;

    private Statistic(in StatisticRequest request, StatisticKind kind, BucketLimits? limits, int offset)
    {
        (Request, Kind, Limits, Offset) = (request, kind, limits, offset);
        var value = request.Value.Padded;
        IntervalNs = Math.Max(value[1], (byte)1) * Second;
        var second = BinaryPrimitives.ReadUInt16BigEndian(value[2..]);
        LongestGapNs = second == 0 ? DefaultPairGapNs : second * 1_000L;
        StreamSlots = kind is StatisticKind.TcpOctets or StatisticKind.Streams ? StreamTable.SlotsFor(second) : 0;
    }

    public StatisticRequest Request { get; }

    public StatisticKind Kind { get; }

    /// <summary>Null for a counter.</summary>
    public BucketLimits? Limits { get; }

    /// <summary>Where its <see cref="StatisticState"/> is in a record; the counters follow.</summary>
    public int Offset { get; }

    /// <summary>Parameter 1, where it is the length of intervals.</summary>
    public long IntervalNs { get; }

    /// <summary>Parameter 2 of packet pairs: two packets further apart are none.</summary>
    public long LongestGapNs { get; }

    /// <summary>Parameter 2 of what is kept by stream: how many streams are told apart.</summary>
    public int StreamSlots { get; }

    /// <summary>True for packets from the flow's source to its dest.</summary>
    public bool IsTo => ((int)Request.Attribute & 1) == 0;

    public int Counters => Limits?.Counters ?? 1;

    public unsafe int Length => sizeof(StatisticState) + Counters * sizeof(ulong);

    /// <summary>The statistic that a rule asks for.</summary>
    /// <returns>Null where its parameters describe no distribution (NEW-11).</returns>
    public static Statistic? Make(in StatisticRequest request, int offset)
    {
        var kind = KindOf(request.Attribute);
        if (kind is StatisticKind.TcpOctets or StatisticKind.ActiveIntervals)
            return new Statistic(request, kind, null, offset);
        var limits = BucketLimits.Make(request.Mask.Padded, request.Value.Padded);
        return limits is null ? null : new Statistic(request, kind, limits, offset);
    }

    private static StatisticKind KindOf(FlowAttribute attribute) =>
        attribute switch
        {
            FlowAttribute.ToPacketSize or FlowAttribute.FromPacketSize => StatisticKind.PacketSize,
            FlowAttribute.ToInterarrivalTime or FlowAttribute.FromInterarrivalTime => StatisticKind.InterarrivalTime,
            FlowAttribute.ToTurnaroundTime or FlowAttribute.FromTurnaroundTime => StatisticKind.TurnaroundTime,
            FlowAttribute.ToBitRate or FlowAttribute.FromBitRate => StatisticKind.BitRate,
            FlowAttribute.ToPduRate or FlowAttribute.FromPduRate => StatisticKind.PduRate,
            FlowAttribute.ToTcpOctets or FlowAttribute.FromTcpOctets => StatisticKind.TcpOctets,
            FlowAttribute.ToActiveIntervals or FlowAttribute.FromActiveIntervals => StatisticKind.ActiveIntervals,
            FlowAttribute.ToPacketPairRate or FlowAttribute.FromPacketPairRate => StatisticKind.PacketPairRate,
            FlowAttribute.ToStreams or FlowAttribute.FromStreams => StatisticKind.Streams,
            _ => throw new ArgumentOutOfRangeException(nameof(attribute), attribute, "no statistic"),
        };
}
