using System.Linq;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Matching;
using Rtfm.Model;

namespace Rtfm.Agent.Statistics;

/// <summary>What a flow's record of statistics holds, and where: the same for all flows that the rules ask the same statistics of.</summary>
/// <remarks>
/// A record is a <see cref="StatisticHeader"/>, each statistic's state and counters, the streams where some are told apart, and samples. Where there are samples alone, the header's first two
/// numbers are all of it.
/// </remarks>
internal sealed unsafe class StatisticLayout
{
    /// <param name="ringLength">How many samples are kept, where any are.</param>
    public StatisticLayout(int number, StatisticPlan plan, int ringLength)
    {
        Number = number;
        var statistics = new List<Statistic>();
        var length = sizeof(StatisticHeader);
        foreach (var request in plan.Requests)
        {
            if (request.Attribute == FlowAttribute.DelaySamples)
            {
                RingLength = ringLength;
                continue;
            }
            if (Statistic.Make(request, length) is not { } statistic)
                continue;
            statistics.Add(statistic);
            length += statistic.Length;
            StreamSlots = Math.Max(StreamSlots, statistic.StreamSlots);
        }
        Statistics = [.. statistics];
        StreamsOffset = length;
        Length = Statistics.Length == 0 ? StatisticHeader.BareLength : length + StreamSlots * sizeof(StreamSlot);
        RingOffset = Length;
        if (RingLength > 0)
            Length += SampleRing.Octets(RingLength);
        foreach (var statistic in Statistics.Where(each => each.Request.Attribute is >= FlowAttribute.ToPacketSize and <= FlowAttribute.FromPduRate))
            Distributions |= 1u << (statistic.Request.Attribute - FlowAttribute.ToPacketSize);
    }

    /// <summary>Its place among the layouts of a rule set's flows.</summary>
    public int Number { get; }

    /// <summary>All but samples.</summary>
    public Statistic[] Statistics { get; }

    /// <summary>How many samples are kept; 0: none.</summary>
    public int RingLength { get; }

    public int RingOffset { get; }

    public bool IsEmpty => Statistics.Length == 0 && RingLength == 0;

    /// <summary>Attribute 65: bit k for attribute 66 + k (NEW-09).</summary>
    public uint Distributions { get; }

    /// <summary>How many streams are told apart; 0: none are.</summary>
    public int StreamSlots { get; }

    public int StreamsOffset { get; }

    /// <summary>Octets of a record.</summary>
    public int Length { get; }

    /// <summary>That statistic, or null.</summary>
    public Statistic? Find(FlowAttribute attribute)
    {
        foreach (var statistic in Statistics)
        {
            if (statistic.Request.Attribute == attribute)
                return statistic;
        }
        return null;
    }
}
