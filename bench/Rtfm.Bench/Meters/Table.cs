using System.Globalization;

namespace Rtfm.Bench.Meters;

/// <summary>The results as text.</summary>
internal static class Table
{
    private static readonly string[] Columns =
    [
        "meter",
        "packets/CPU s",
        "packets/s",
        "CPU, ours = 1",
        "max RSS MB",
        "own MB",
        "packets counted",
        "flows",
        "version",
    ];

    public static void Write(TextWriter to, TraceResult result)
    {
        var parameters = result.Trace.Parameters;
        to.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Trace {parameters.Name}: {parameters.Packets:N0} packets, {result.Trace.Flows:N0} flows, Zipf {parameters.ZipfExponent}, {parameters.Ipv6Percent} % IPv6, {parameters.VlanPercent} % VLAN"
            )
        );
        string[][] rows = [Columns, .. result.Meters.Select(meter => Row(meter, parameters.Packets))];
        var widths = Columns.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            to.WriteLine(string.Join("  ", row.Select((text, i) => i is 0 or 8 ? text.PadRight(widths[i]) : text.PadLeft(widths[i]))).TrimEnd());
        to.WriteLine();
    }

    private static string[] Row(MeterResult meter, long packets) =>
        [
            meter.Meter,
            Number(meter.PacketsPerCpuSecond),
            Number(meter.PacketsPerSecond),
            meter.CpuToOurs?.ToString("F2", CultureInfo.InvariantCulture) ?? "-",
            Number(meter.MaxResidentOctets / 1e6),
            Number(meter.OwnMemoryOctets / 1e6),
            (meter.PacketsCounted is { } counted ? Number(counted) : "?") + (meter.PacketsCounted < packets ? " (not all)" : ""),
            meter.Flows is { } flows ? Number(flows) : "?",
            meter.Version ?? "",
        ];

    private static string Number(double number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
