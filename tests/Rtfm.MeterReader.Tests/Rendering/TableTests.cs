using Rtfm.MeterReader.Rendering;
using Rtfm.MeterReader.Storage.Sqlite;

namespace Rtfm.MeterReader.Tests.Rendering;

[TestFixture]
public sealed class TableTests
{
    [Test]
    public void The_busiest_flows_are_lines_of_plain_text_where_nobody_looks()
    {
        var output = new StringWriter();
        TopTable.Show(
            [
                new TopFlow("edge-1", 2, "10.0.0.1:40000", "[2001:db8::1]:53", 17, 1_234_567, 10, 0, ulong.MaxValue),
                new TopFlow("[odd]name", 3, "10.0.0.0", "", 250, 1, 2, 3, 4),
            ],
            output
        );
        Assert.That(
            Lines(output),
            Is.EqualTo(
                new[]
                {
                    "meter rule set source dest protocol octets → octets ← packets → packets ←",
                    "edge-1 2 10.0.0.1:40000 [2001:db8::1]:53 udp 1,234,567 0 10 18,446,744,073,709,551,615",
                    "[odd]name 3 10.0.0.0 250 1 3 2 4",
                }
            )
        );
    }

    [Test]
    public void Meters_show_when_they_were_collected_from_and_what_goes_wrong()
    {
        var now = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        var output = new StringWriter();
        MetersTable.Show(
            [
                new MeterOverview("edge-1", now.AddMinutes(-5), 2, 1_500, 3, null, null),
                new MeterOverview("edge-2", null, 0, 0, 0, now, "edge-2: no answer after 4 requests"),
            ],
            now,
            output
        );
        Assert.That(
            Lines(output),
            Is.EqualTo(
                new[]
                {
                    "meter last collected ago rule sets flows restarts failure",
                    "edge-1 2026-03-01 11:55:00Z 5 min 2 1,500 2",
                    "edge-2 never 0 0 0 edge-2: no answer after 4 requests",
                }
            )
        );
    }

    /// <summary>The words of each line; how wide columns are is the table's affair.</summary>
    private static string[] Lines(StringWriter output) =>
        [
            .. output
                .ToString()
                .Split('\n')
                .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
                .Where(line => line.Any(char.IsLetterOrDigit)),
        ];
}
