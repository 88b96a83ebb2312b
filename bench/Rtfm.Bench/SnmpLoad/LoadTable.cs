using System.Globalization;

namespace Rtfm.Bench.SnmpLoad;

/// <summary>The results as text: for each test our agent, then the other, and how many times ours is better per CPU-second.</summary>
internal static class LoadTable
{
    private static readonly string[] Columns =
    [
        "test",
        "asker",
        "agent",
        "requests/s",
        "varbinds/s",
        "requests/CPU s",
        "varbinds/CPU s",
        "p50 µs",
        "p99 µs",
        "bad",
        "lost",
        "ours/theirs",
    ];

    private const int TextColumns = 3;

    public static void Write(TextWriter to, IReadOnlyList<LoadResult> results)
    {
        string[][] rows = [Columns, .. results.Select(result => Row(result, results))];
        var widths = Columns.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            to.WriteLine(string.Join("  ", row.Select((text, i) => i < TextColumns ? text.PadRight(widths[i]) : text.PadLeft(widths[i]))).TrimEnd());
    }

    private static string[] Row(LoadResult result, IReadOnlyList<LoadResult> all) =>
        [
            result.Test,
            result.Asker,
            result.Server,
            Number(result.Answers / result.Seconds),
            Number(result.VarBinds / result.Seconds),
            Number(result.RequestsPerCpuSecond),
            Number(result.VarBindsPerCpuSecond),
            Number(result.MedianMicroseconds),
            Number(result.SlowestPercentMicroseconds),
            Number(result.Bad),
            Number(result.Lost),
            Ratio(result, all.FirstOrDefault(other => other != result && (other.Test, other.Asker) == (result.Test, result.Asker))),
        ];

    private static string Ratio(LoadResult result, LoadResult? other) =>
        result.Server == "rtfm" && other is { VarBindsPerCpuSecond: > 0 }
            ? (result.VarBindsPerCpuSecond / other.VarBindsPerCpuSecond).ToString("F2", CultureInfo.InvariantCulture)
            : "";

    private static string Number(double number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
