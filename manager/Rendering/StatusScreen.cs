using System.Globalization;
using Rtfm.Manager.Control;

namespace Rtfm.Manager.Rendering;

/// <summary>Meters' states as tables: one line for each meter, then what each has.</summary>
internal static class StatusScreen
{
    public static void Show(IReadOnlyList<MeterStatus> statuses, TextWriter? output = null)
    {
        Screen.Table(
            ["meter", "name", ">uptime", ">flows", ">max", ">full", "flood", ">inactivity", "state"],
            statuses.Select(each =>
                each.Error is { } error
                    ? (string[])[each.Meter, "", "", "", "", "", "", "", error]
                    :
                    [
                        each.Meter,
                        each.Name,
                        Uptime(each.UptimeHundredths),
                        Number(each.ActiveFlows),
                        Number(each.MaxFlows),
                        $"{100.0 * each.ActiveFlows / Math.Max(each.MaxFlows, 1):F1} %",
                        each.FloodMode ? $"FLOOD (mark {each.FloodMark} %)" : $"no (mark {each.FloodMark} %)",
                        $"{each.InactivityTimeoutSeconds} s",
                        "ok",
                    ]
            ),
            output
        );
        var good = statuses.Where(each => each.Error is null).ToList();
        Screen.Table(
            ["meter", ">task", "owner", "current", "standby", ">high-water", "running"],
            good.SelectMany(each =>
                each.Tasks.Select(task =>
                    (string[])
                        [
                            each.Meter,
                            Number(task.Index),
                            task.Owner,
                            RuleSet(each, task.Current),
                            RuleSet(each, task.Standby),
                            task.HighWaterMark == 0 ? "" : $"{task.HighWaterMark} %",
                            task.Status != "active" ? task.Status
                            : task.RunningStandby ? "standby"
                            : "current",
                        ]
                )
            ),
            output
        );
        if (good.Any(each => each.Readers.Count > 0))
        {
            Screen.Table(
                ["meter", ">reader", "owner", "rule set", ">last collection", ">time-out", "status"],
                good.SelectMany(each =>
                    each.Readers.Select(reader =>
                        (string[])
                            [
                                each.Meter,
                                Number(reader.Index),
                                reader.Owner,
                                RuleSet(each, reader.RuleSet),
                                reader.LastTime == 0 ? "never" : $"{Uptime(each.UptimeHundredths - reader.LastTime)} ago",
                                reader.TimeoutSeconds == 0 ? "never" : $"{reader.TimeoutSeconds} s",
                                reader.Status,
                            ]
                    )
                ),
                output
            );
        }
        if (good.Any(each => each.Interfaces.Count > 0))
        {
            Screen.Table(
                ["meter", ">interface", ">sample rate", ">lost packets"],
                good.SelectMany(each =>
                    each.Interfaces.Select(point =>
                        (string[])[each.Meter, Number(point.IfIndex), Number(point.SampleRate), Number(point.LostPackets)]
                    )
                ),
                output
            );
        }
    }

    private static string RuleSet(MeterStatus meter, int number) =>
        number == 0 ? "" : $"{number} {meter.RuleSets.FirstOrDefault(each => each.Index == number)?.Name}";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Uptime(uint hundredths)
    {
        var time = TimeSpan.FromMilliseconds(hundredths * 10.0);
        return time.TotalDays >= 1 ? $"{(int)time.TotalDays} d {time:hh\\:mm\\:ss}" : $"{time:hh\\:mm\\:ss}";
    }
}
