using System.CommandLine;
using System.Globalization;
using Rtfm.Manager.Control;
using Rtfm.Manager.Rendering;

namespace Rtfm.Manager.Commands;

/// <summary><c>ruleset list</c>: what is loaded, and what runs.</summary>
internal static class RuleSetListCommand
{
    public static Command Make()
    {
        var command = new Command("list", "List the rule sets of a meter.") { MeterOptions.Target, MeterOptions.Json }.WithMeterOptions();
        command.SetAction((arguments, token) => MeterOptions.RunAsync(arguments, (meter, t) => ListAsync(arguments, meter, t), token));
        return command;
    }

    private static async Task<int> ListAsync(ParseResult arguments, Meter meter, CancellationToken cancellationToken)
    {
        var ruleSets = await meter.RuleSetsAsync(cancellationToken).ConfigureAwait(false);
        var tasks = await meter.TasksAsync(cancellationToken).ConfigureAwait(false);
        if (arguments.GetValue(MeterOptions.Json))
        {
            Screen.Json(
                ruleSets.Select(each => new
                {
                    each.Index,
                    each.Name,
                    each.Owner,
                    each.Status,
                    each.Size,
                    each.FlowRecords,
                    Tasks = tasks.Where(task => task.Names(each.Index)).Select(task => task.Index),
                })
            );
            return 0;
        }
        Screen.Table(
            [">number", "name", "owner", "status", ">rules", ">flows", "tasks"],
            ruleSets.Select(each =>
                (string[])
                    [
                        each.Index.ToString(CultureInfo.InvariantCulture),
                        each.Name,
                        each.Owner,
                        each.Status,
                        each.Size.ToString(CultureInfo.InvariantCulture),
                        each.FlowRecords.ToString("N0", CultureInfo.InvariantCulture),
                        string.Join(", ", tasks.Where(task => task.Names(each.Index)).Select(task => Describe(task, each.Index))),
                    ]
            )
        );
        return 0;
    }

    private static string Describe(TaskRow task, uint ruleSet)
    {
        var isStandby = task.Current != ruleSet;
        var isRunning = task.Status == "active" && task.RunningStandby == isStandby;
        return $"{task.Index} ({(isStandby ? "standby" : "current")}{(isRunning ? ", running" : "")})";
    }
}
