using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Metering;

/// <summary>What the meter does to its configuration by itself, as time passes and the flow table fills.</summary>
internal static class Upkeep
{
    /// <summary>Rows that were never finished are removed when nobody has touched them for so long (RFC 2579 suggests about five minutes; MIB-26).</summary>
    public const uint AbandonedAfterHundredths = 300 * 100;

    /// <summary>Without readers that stopped collecting (MIB-52) and rows that were never finished (MIB-26).</summary>
    public static SortedRows<RegisteredReader> WithoutStale(SortedRows<RegisteredReader> readers, uint now) =>
        readers.Select((_, reader) => HasTimedOut(reader, now) || IsAbandoned(reader.Status, reader.TouchedAt, now) ? null : reader);

    /// <summary>The configuration without readers that stopped collecting (MIB-52) and rows that were never finished (MIB-26).</summary>
    public static MeterConfiguration RemoveStaleRows(MeterConfiguration configuration, uint now)
    {
        var readers = WithoutStale(configuration.Readers, now);
        var tasks = configuration.Tasks.Select((_, task) => IsAbandoned(task.Status, task.TimeStamp, now) ? null : task);
        // A set that a task still names stays, or the task would name nothing (MIB-32).
        var ruleSets = configuration.RuleSets.Select(
            (number, ruleSet) => IsAbandoned(ruleSet.Status, ruleSet.TimeStamp, now) && !configuration.IsNamedByTask(number) ? null : ruleSet
        );
        return
            ReferenceEquals(readers, configuration.Readers)
            && ReferenceEquals(tasks, configuration.Tasks)
            && ReferenceEquals(ruleSets, configuration.RuleSets)
            ? configuration
            : configuration with
            {
                Readers = readers,
                Tasks = tasks,
                RuleSets = ruleSets,
            };
    }

    /// <summary>The configuration with standby rule sets and flood mode as the table's fullness asks for (MIB-63, MIB-74).</summary>
    public static MeterConfiguration ReactToUsage(MeterConfiguration configuration, double usagePercent)
    {
        var tasks = configuration.Tasks.Select((_, task) => task.TripsAt(usagePercent) ? task with { RunningStandby = true } : task);
        var floods = !configuration.FloodMode && configuration.FloodMark is > 0 and < 100 && usagePercent > configuration.FloodMark;
        return ReferenceEquals(tasks, configuration.Tasks) && !floods
            ? configuration
            : configuration with
            {
                Tasks = tasks,
                FloodMode = configuration.FloodMode || floods,
            };
    }

    /// <summary>From how many flows on <see cref="ReactToUsage"/> has something to change: cheap to compare after every batch.</summary>
    public static int FlowsToReaction(MeterConfiguration configuration, int maxFlows)
    {
        var lowest = configuration is { FloodMode: false, FloodMark: > 0 and < 100 } ? configuration.FloodMark : 100;
        foreach (var (_, task) in configuration.Tasks)
        {
            if (task.TripsAt(100.0))
                lowest = Math.Min(lowest, task.HighWaterMark);
        }
        return lowest == 100 ? int.MaxValue : (int)((long)maxFlows * lowest / 100) + 1;
    }

    /// <summary>How many flows the table may hold before a mark trips: one more than the mark, and the meter reacts (FLOW-09).</summary>
    public static int FlowsToFloodMark(MeterConfiguration configuration, int maxFlows) =>
        configuration.FloodMark is > 0 and < 100 ? Math.Min(maxFlows, (int)((long)maxFlows * configuration.FloodMark / 100) + 1) : maxFlows;

    /// <summary>It stopped collecting (MIB-52).</summary>
    public static bool HasTimedOut(RegisteredReader reader, uint now) =>
        reader.Status == RowStatus.Active && reader.TimeoutSeconds > 0 && unchecked(now - reader.AliveAt) > reader.TimeoutSeconds * 100L;

    private static bool IsAbandoned(RowStatus status, uint touchedAt, uint now) =>
        status != RowStatus.Active && unchecked(now - touchedAt) > AbandonedAfterHundredths;
}
