using Microsoft.Extensions.Logging;

namespace Rtfm.MeterReader;

/// <summary>Everything the meter reader logs. 20xx life, 21xx collection, 22xx store.</summary>
internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Information, "collecting from {Meters} meters into {Store}")]
    public static partial void Started(ILogger logger, int meters, string store);

    [LoggerMessage(2101, LogLevel.Debug, "{Meter}: {Flows} flows of {RuleSets} rule sets in {Seconds:F2} s")]
    public static partial void Collected(ILogger logger, string meter, int flows, int ruleSets, double seconds);

    [LoggerMessage(2102, LogLevel.Warning, "not collected from {Meter}: {Reason} ({Failures} times in a row)")]
    public static partial void Failed(ILogger logger, string meter, string reason, int failures);

    [LoggerMessage(2103, LogLevel.Information, "{Meter} answers again, after {Failures} failed collections")]
    public static partial void Recovered(ILogger logger, string meter, int failures);

    [LoggerMessage(2104, LogLevel.Warning, "{Meter}: {Count} values that are no flow data packages were passed over")]
    public static partial void BadPackages(ILogger logger, string meter, int count);

    [LoggerMessage(2201, LogLevel.Information, "{Collections} old collections removed from the store")]
    public static partial void Retained(ILogger logger, int collections);

    [LoggerMessage(2202, LogLevel.Error, "old collections could not be removed: {Reason}")]
    public static partial void RetentionFailed(ILogger logger, string reason);
}
