using System.Linq;
using Rtfm.Agent.Matching;
using Rtfm.Model;

namespace Rtfm.Agent.Statistics;

/// <summary>What a flow's record of statistics holds, and where: the same for all flows that the rules ask the same statistics of.</summary>
/// <remarks>A record is a <see cref="StatisticHeader"/>, each statistic's state and counters, and the streams where some are told apart.</remarks>
internal sealed unsafe class StatisticLayout
{
    public StatisticLayout(int number, StatisticPlan plan)
    {
        Number = number;
        var statistics = new List<Statistic>();
        var length = sizeof(StatisticHeader);
        foreach (var request in plan.Requests)
        {
            if (Statistic.Make(request, length) is not { } statistic)
                continue;
            statistics.Add(statistic);
            length += statistic.Length;
            StreamSlots = Math.Max(StreamSlots, statistic.StreamSlots);
        }
        Statistics = [.. statistics];
        StreamsOffset = length;
        Length = length + StreamSlots * sizeof(StreamSlot);
        foreach (var statistic in Statistics.Where(each => each.Request.Attribute is >= FlowAttribute.ToPacketSize and <= FlowAttribute.FromPduRate))
            Distributions |= 1u << (statistic.Request.Attribute - FlowAttribute.ToPacketSize);
    }

    /// <summary>Its place among the layouts of a rule set's flows.</summary>
    public int Number { get; }

    public Statistic[] Statistics { get; }

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
