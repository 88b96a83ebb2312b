using Microsoft.Extensions.Logging;

namespace Rtfm.MeterReader;

/// <summary>Everything the meter reader logs. 20xx life, 21xx collection, 22xx store.</summary>
internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Information, "collecting from {Meters} meters and {Domains} domains into {Store}")]
    public static partial void Started(ILogger logger, int meters, int domains, string store);

    [LoggerMessage(2101, LogLevel.Debug, "{Meter}: {Flows} flows of {RuleSets} rule sets in {Seconds:F2} s")]
    public static partial void Collected(ILogger logger, string meter, int flows, int ruleSets, double seconds);

    [LoggerMessage(2102, LogLevel.Warning, "not collected from {Meter}: {Reason} ({Failures} times in a row)")]
    public static partial void Failed(ILogger logger, string meter, string reason, int failures);

    [LoggerMessage(2103, LogLevel.Information, "{Meter} answers again, after {Failures} failed collections")]
    public static partial void Recovered(ILogger logger, string meter, int failures);

    [LoggerMessage(2104, LogLevel.Warning, "{Meter}: {Count} values that are no flow data packages were passed over ({Times} collections in a row)")]
    public static partial void BadPackages(ILogger logger, string meter, int count, int times);

    [LoggerMessage(2105, LogLevel.Warning, "{Meter}: it has no rule set {RuleSets} ({Times} collections in a row)")]
    public static partial void MissingRuleSets(ILogger logger, string meter, string ruleSets, int times);

    [LoggerMessage(2106, LogLevel.Warning, "{Meter}: counters of {Count} flows went back or beyond belief ({Times} collections in a row)")]
    public static partial void AbsurdCounters(ILogger logger, string meter, int count, int times);

    [LoggerMessage(
        2107,
        LogLevel.Warning,
        "{Meter}: collections that we know nothing of began in our row of its reader table, so it may have let go of flows that we had not read. "
            + "Give each meter reader its own Owner ({Times} collections in a row)"
    )]
    public static partial void SharedRow(ILogger logger, string meter, int times);

    [LoggerMessage(2108, LogLevel.Warning, "{Meter}: a collection took longer than its interval of {Interval}; {Skipped} were left out")]
    public static partial void Skipped(ILogger logger, string meter, long skipped, TimeSpan interval);

    [LoggerMessage(2109, LogLevel.Error, "{Meter}: the collection failed in a way that nobody thought of")]
    public static partial void Unexpected(ILogger logger, Exception fault, string meter);

    [LoggerMessage(2110, LogLevel.Information, "{Domain}: flows may be pushed to udp:{Address}")]
    public static partial void AwaitingPushes(ILogger logger, string domain, string address);

    [LoggerMessage(2111, LogLevel.Error, "{Domain}: flows cannot be pushed to udp:{Address}: {Reason}")]
    public static partial void NotListening(ILogger logger, string domain, string address, string reason);

    [LoggerMessage(2201, LogLevel.Information, "what is too old or too much was removed from the store in {Steps} steps")]
    public static partial void Retained(ILogger logger, int steps);

    [LoggerMessage(2202, LogLevel.Error, "what is too old could not be removed from the store: {Reason} ({Times} times in a row)")]
    public static partial void RetentionFailed(ILogger logger, string reason, int times);
}
