using System.CommandLine;
using Rtfm.Control;
using Rtfm.Manager.Rendering;

namespace Rtfm.Manager.Commands;

/// <summary><c>ruleset run</c>: run a rule set that is loaded.</summary>
internal static class RuleSetRunCommand
{
    private static readonly Option<uint?> TaskNumber = new("--task")
    {
        Description = "Switch this task of the owner's to the rule set, instead of running it beside what runs",
        HelpName = "N",
    };
    private static readonly Option<string?> Standby = new("--standby")
    {
        Description = "Run this rule set instead while the flow table is fuller than the high-water mark",
        HelpName = "RULESET",
    };
    private static readonly Option<int?> HighWaterMark = TaskOptions.HighWaterMark();
    private static readonly Option<string> Owner = TaskOptions.Owner();

    public static Command Make()
    {
        var command = new Command(
            "run",
            """
            Run a rule set that is loaded, as a task of its own, or in the place of what a task runs.

            Examples:
              rtfm-manager ruleset run 192.0.2.1 five-tuple --standby peer-types
              rtfm-manager ruleset run 192.0.2.1 host-pairs --task 2
            """
        )
        {
            MeterOptions.Target,
            RuleSetCommand.RuleSet,
            TaskNumber,
            Standby,
            HighWaterMark,
            Owner,
        };
        command.SetMeterAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, Meter meter, CancellationToken cancellationToken)
    {
        var ruleSet = await FindActiveAsync(meter, arguments.GetValue(RuleSetCommand.RuleSet)!, cancellationToken).ConfigureAwait(false);
        var standby = arguments.GetValue(Standby) is { } name ? await FindActiveAsync(meter, name, cancellationToken).ConfigureAwait(false) : null;
        var wanted = new TaskRequest(
            ruleSet.Index,
            standby?.Index,
            TaskOptions.MarkOf(arguments.GetValue(HighWaterMark), standby is not null),
            arguments.GetValue(Owner)!
        );
        var tasks = new Tasks(meter);
        var task = arguments.GetValue(TaskNumber) is { } number
            ? await tasks.SwitchAsync(number, wanted, cancellationToken).ConfigureAwait(false)
            : await tasks.RunAsync(wanted, cancellationToken).ConfigureAwait(false);
        Screen.Show(
            arguments,
            new
            {
                Meter = meter.ToString(),
                RuleSet = ruleSet.Index,
                ruleSet.Name,
                Task = task,
            },
            $"{meter}: rule set {ruleSet.Index} '{ruleSet.Name}' runs as task {task}"
        );
        return CommandLine.Done;
    }

    private static async Task<RuleSetRow> FindActiveAsync(Meter meter, string numberOrName, CancellationToken cancellationToken)
    {
        var ruleSet = await meter.FindRuleSetAsync(numberOrName, cancellationToken).ConfigureAwait(false);
        return ruleSet.Status == "active"
            ? ruleSet
            : throw new MeterException($"{meter}: rule set {ruleSet.Index} '{ruleSet.Name}' is {ruleSet.Status}; only an active one can run");
    }
}
