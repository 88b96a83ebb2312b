using System.Diagnostics.Metrics;
using Rtfm.MeterReader.Collection;

namespace Rtfm.MeterReader;

/// <summary>The meter reader's metrics, under the name <c>Rtfm.MeterReader</c>.</summary>
internal static class Instruments
{
    private static readonly Meter Source = new("Rtfm.MeterReader");
    private static readonly Counter<long> Collections = Source.CreateCounter<long>("rtfm.collections", description: "Collections that were stored");
    private static readonly Counter<long> Failures = Source.CreateCounter<long>("rtfm.collections.failed", description: "Collections that failed");
    private static readonly Counter<long> Records = Source.CreateCounter<long>("rtfm.records", description: "Flow records stored");
    private static readonly Counter<long> BadPackages = Source.CreateCounter<long>(
        "rtfm.packages.bad",
        description: "Values that were no flow data packages"
    );
    private static readonly Histogram<double> Durations = Source.CreateHistogram<double>(
        "rtfm.collection.duration",
        "s",
        "How long a collection took"
    );

    public static void Collected(CollectionResult result, TimeSpan took)
    {
        var meter = new KeyValuePair<string, object?>("meter", result.Meter);
        Collections.Add(1, meter);
        Records.Add(result.Flows, meter);
        BadPackages.Add(result.BadPackages, meter);
        Durations.Record(took.TotalSeconds, meter);
    }

    public static void Failed(string meter) => Failures.Add(1, new KeyValuePair<string, object?>("meter", meter));
}
