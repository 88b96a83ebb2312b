using Rtfm.Agent.Packets;

namespace Rtfm.Agent.Metering;

/// <summary>The packet path as a list of stages: where a packet that is missed was lost is answered by reading down it.</summary>
public static class MeterStages
{
    public static IReadOnlyList<StageCounters> Of(TrafficMeter meter)
    {
        ulong received = 0,
            byInterface = 0,
            byKernel = 0,
            damaged = 0;
        foreach (var source in meter.Sources)
        {
            var counters = source.Counters;
            received += counters.Received;
            byInterface += counters.LostByInterface;
            byKernel += counters.LostByKernel;
            damaged += counters.Damaged;
        }
        var leftOut = meter.LeftOutPackets;
        var parsed = meter.Parsed;
        var matched = parsed.Packets - parsed.UnparsedPackets - leftOut;
        var stages = new List<StageCounters>
        {
            new(
                "interface",
                received + damaged + byKernel + byInterface,
                received + damaged + byKernel,
                byInterface,
                "dropped by the network interface or its driver"
            ),
            new("kernel", received + damaged + byKernel, received + damaged, byKernel, "the capture buffer was full"),
            new("ring", received + damaged, received, damaged, "damaged records of a capture file"),
            new("sampling", received, received - Math.Min(received, meter.SampledOut), meter.SampledOut, "left out by the interface's sample rate"),
            new(
                "parse",
                parsed.Packets,
                parsed.Packets - parsed.UnparsedPackets,
                parsed.UnparsedPackets,
                "no match key could be made: see the reasons"
            ),
            new("management", parsed.Packets - parsed.UnparsedPackets, matched, leftOut, "the meter's own SNMP traffic"),
        };
        foreach (var run in meter.Running)
        {
            stages.Add(
                new($"match {run.Number}", run.Seen, run.Counted + run.Lost, run.Ignored + run.Unmatched, "ignored or unmatched by the rule set")
            );
            stages.Add(new($"table {run.Number}", run.Counted + run.Lost, run.Counted, run.Lost, "new flows that the flow table had no room for"));
        }
        return stages;
    }

    /// <summary>Every reason for which packets were not, or only partly, parsed, with its count.</summary>
    public static IReadOnlyList<(string Reason, ulong Packets, bool IsPartial)> Reasons(ParseCounters parsed)
    {
        var reasons = new List<(string, ulong, bool)>();
        foreach (var reason in Enum.GetValues<UnparsedReason>())
        {
            if (reason != UnparsedReason.None)
                reasons.Add((NameOf(reason.ToString()), parsed[reason], false));
        }
        foreach (var reason in Enum.GetValues<PartialReason>())
            reasons.Add((NameOf(reason.ToString()), parsed[reason], true));
        return reasons;
    }

    /// <summary>As JSON keys and MIB values have it: lower camel case.</summary>
    public static string NameOf(string member) => char.ToLowerInvariant(member[0]) + member[1..];
}
