using System.Globalization;
using Rtfm.MeterReader.Storage.Sqlite;
using Spectre.Console;

namespace Rtfm.MeterReader.Rendering;

/// <summary>The busiest flows as a table, the direction towards the dest first.</summary>
internal static class TopTable
{
    public static void Show(IReadOnlyList<TopFlow> flows, TextWriter? output = null)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var name in new[] { "meter", "rule set", "source", "dest", "protocol" })
            table.AddColumn(new TableColumn(name).NoWrap());
        foreach (var name in new[] { "octets →", "octets ←", "packets →", "packets ←" })
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        foreach (var flow in flows)
        {
            table.AddRow(
                Markup.Escape(flow.Meter),
                flow.RuleSet.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(flow.Source),
                Markup.Escape(flow.Dest),
                Protocol(flow.Transport),
                Number(flow.ToOctets),
                Number(flow.FromOctets),
                Number(flow.ToPdus),
                Number(flow.FromPdus)
            );
        }
        Screen.Show(table, output);
    }

    private static string Number(ulong value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Protocol(long number) =>
        number switch
        {
            1 => "icmp",
            6 => "tcp",
            17 => "udp",
            47 => "gre",
            50 => "esp",
            51 => "ah",
            58 => "icmpv6",
            132 => "sctp",
            _ => number.ToString(CultureInfo.InvariantCulture),
        };
}
