using System.Diagnostics.Metrics;
using Rtfm.MeterReader.Collection;

namespace Rtfm.MeterReader;

/// <summary>The meter reader's metrics, under the name <c>Rtfm.MeterReader</c>; each has the tag <c>meter</c>.</summary>
internal static class Instruments
{
    public const string Name = "Rtfm.MeterReader";

    private static readonly Meter Source = new(Name);
    private static readonly Counter<long> Collections = Count("rtfm.collections", "Collections that were stored");
    private static readonly Counter<long> Failures = Count("rtfm.collections.failed", "Collections that failed");
    private static readonly Counter<long> Omitted = Count("rtfm.collections.skipped", "Collections left out, as the one before went on");
    private static readonly Counter<long> Records = Count("rtfm.records", "Flow records stored");
    private static readonly Counter<long> BadPackages = Count("rtfm.packages.bad", "Values that were no flow data packages");
    private static readonly Counter<long> AbsurdCounters = Count("rtfm.counters.absurd", "Flows with a counter that went back or beyond belief");
    private static readonly Histogram<double> Durations = Source.CreateHistogram<double>(
        "rtfm.collection.duration",
        "s",
        "How long a collection took"
    );

    public static void Collected(CollectionResult result, TimeSpan took)
    {
        var meter = Tag(result.Meter);
        Collections.Add(1, meter);
        Records.Add(result.Flows, meter);
        BadPackages.Add(result.BadPackages, meter);
        AbsurdCounters.Add(result.RuleSets.Sum(each => each.AbsurdCounters), meter);
        Durations.Record(took.TotalSeconds, meter);
    }

    public static void Failed(string meter) => Failures.Add(1, Tag(meter));

    public static void Skipped(string meter, long count) => Omitted.Add(count, Tag(meter));

    private static Counter<long> Count(string name, string description) => Source.CreateCounter<long>(name, description: description);

    private static KeyValuePair<string, object?> Tag(string meter) => new("meter", meter);
}
