using System.Globalization;
using Rtfm.Control;

namespace Rtfm.Manager.Rendering;

/// <summary>Meters' states: one line for each meter, then what the meters have.</summary>
internal static class StatusScreen
{
    public static IEnumerable<Sheet> Sheets(IReadOnlyList<MeterStatus> statuses)
    {
        yield return Meters(statuses);
        var good = statuses.Where(each => each.Error is null).ToList();
        Sheet[] details = [RuleSets(good), Tasks(good), Readers(good), Interfaces(good)];
        foreach (var sheet in details.Where(sheet => sheet.Rows.Count > 0))
            yield return sheet;
    }

    private static Sheet Meters(IReadOnlyList<MeterStatus> statuses) =>
        new(
            "Meters",
            [
                Column.Text("meter"),
                Column.Text("name"),
                Column.Number("uptime"),
                Column.Number("flows"),
                Column.Number("max"),
                Column.Number("full"),
                Column.Text("flood"),
                Column.Number("inactivity"),
                Column.Text("state"),
            ],
            [
                .. statuses.Select(each =>
                    each.Error is { } error
                        ? (string[])[each.Meter, "", "", "", "", "", "", "", error]
                        :
                        [
                            each.Meter,
                            each.Name,
                            Duration(each.UptimeHundredths),
                            Number(each.ActiveFlows),
                            Number(each.MaxFlows),
                            string.Create(CultureInfo.InvariantCulture, $"{100.0 * each.ActiveFlows / Math.Max(each.MaxFlows, 1):F1} %"),
                            each.FloodMode ? $"FLOOD (mark {each.FloodMark} %)" : $"no (mark {each.FloodMark} %)",
                            $"{each.InactivityTimeoutSeconds} s",
                            "ok",
                        ]
                ),
            ]
        );

    private static Sheet RuleSets(IEnumerable<MeterStatus> meters) =>
        Detail(
            "Rule sets",
            [
                Column.Number("number"),
                Column.Text("name"),
                Column.Text("owner"),
                Column.Text("status"),
                Column.Number("rules"),
                Column.Number("flows"),
                Column.Text("tasks"),
            ],
            meters,
            meter => meter.RuleSets.Select(row => RuleSetScreen.Cells(row, meter.Tasks))
        );

    private static Sheet Tasks(IEnumerable<MeterStatus> meters) =>
        Detail(
            "Tasks",
            [
                Column.Number("task"),
                Column.Text("owner"),
                Column.Text("current"),
                Column.Text("standby"),
                Column.Number("high-water"),
                Column.Text("running"),
            ],
            meters,
            meter =>
                meter.Tasks.Select(task =>
                    (string[])
                        [
                            Number(task.Index),
                            task.Owner,
                            RuleSet(meter, task.Current),
                            RuleSet(meter, task.Standby),
                            task.HighWaterMark is 0 or 100 ? "" : $"{task.HighWaterMark} %",
                            task.Status != "active" ? task.Status
                            : task.RunningStandby ? "standby"
                            : "current",
                        ]
                )
        );

    private static Sheet Readers(IEnumerable<MeterStatus> meters) =>
        Detail(
            "Readers",
            [
                Column.Number("reader"),
                Column.Text("owner"),
                Column.Text("rule set"),
                Column.Number("last collection"),
                Column.Number("the one before"),
                Column.Number("timeout"),
                Column.Text("status"),
            ],
            meters,
            meter =>
                meter.Readers.Select(reader =>
                    (string[])
                        [
                            Number(reader.Index),
                            reader.Owner,
                            RuleSet(meter, reader.RuleSet),
                            Ago(meter.UptimeHundredths, reader.LastTime),
                            Ago(meter.UptimeHundredths, reader.PreviousTime),
                            reader.TimeoutSeconds == 0 ? "never" : $"{reader.TimeoutSeconds} s",
                            reader.Status,
                        ]
                )
        );

    private static Sheet Interfaces(IEnumerable<MeterStatus> meters) =>
        Detail(
            "Interfaces",
            [Column.Number("interface"), Column.Text("counted"), Column.Number("lost packets")],
            meters,
            meter =>
                meter.Interfaces.Select(point =>
                    (string[])
                        [
                            Number(point.IfIndex),
                            point.SampleRate switch
                            {
                                0 => "nothing",
                                1 => "every packet",
                                _ => $"1 packet in {point.SampleRate}",
                            },
                            Number(point.LostPackets),
                        ]
                )
        );

    /// <summary>A sheet whose first column says which meter a row is of.</summary>
    private static Sheet Detail(
        string title,
        Column[] columns,
        IEnumerable<MeterStatus> meters,
        Func<MeterStatus, IEnumerable<IReadOnlyList<string>>> rows
    ) => new(title, [Column.Text("meter"), .. columns], [.. meters.SelectMany(meter => rows(meter).Select(row => (string[])[meter.Meter, .. row]))]);

    private static string RuleSet(MeterStatus meter, int number) =>
        number == 0 ? "" : $"{number} {meter.RuleSets.FirstOrDefault(each => each.Index == number)?.Name}".TrimEnd();

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    // The reader may have begun after the meter told its Uptime.
    private static string Ago(uint now, uint then) => then == 0 ? "never" : $"{Duration(now > then ? now - then : 0)} ago";

    private static string Duration(uint hundredths)
    {
        var time = new Model.Uptime(hundredths).ToTimeSpan();
        return time.TotalDays >= 1 ? $"{(int)time.TotalDays} d {time:hh\\:mm\\:ss}" : $"{time:hh\\:mm\\:ss}";
    }
}
