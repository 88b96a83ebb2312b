using System.CommandLine;
using Rtfm.Manager.Control;

namespace Rtfm.Manager.Commands;

/// <summary><c>ruleset run</c>: run a rule set that is loaded.</summary>
internal static class RuleSetRunCommand
{
    private static readonly Option<string?> Standby = new("--standby")
    {
        Description = "Run this rule set instead while the flow table is too full",
        HelpName = "RULESET",
    };
    private static readonly Option<int> HighWaterMark = new("--high-water")
    {
        Description = "Too full means more than this percentage",
        HelpName = "N",
    };
    private static readonly Option<string> Owner = new("--owner")
    {
        Description = "The task's owner (default: the user)",
        HelpName = "OWNER",
        DefaultValueFactory = _ => Environment.UserName,
    };

    public static Command Make()
    {
        var command = new Command("run", "Run a rule set that is loaded.")
        {
            MeterOptions.Target,
            RuleSetCommand.RuleSet,
            Standby,
            HighWaterMark,
            Owner,
        }.WithMeterOptions();
        command.SetAction((arguments, token) => MeterOptions.RunAsync(arguments, (meter, t) => RunAsync(arguments, meter, t), token));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, Meter meter, CancellationToken cancellationToken)
    {
        var ruleSet = await meter.FindRuleSetAsync(arguments.GetValue(RuleSetCommand.RuleSet)!, cancellationToken).ConfigureAwait(false);
        if (ruleSet.Status != "active")
            throw new MeterException($"{meter}: rule set {ruleSet.Index} '{ruleSet.Name}' is {ruleSet.Status}; only an active one can run");
        var running = (await meter.TasksAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(task => task.Current == ruleSet.Index);
        if (running is { Status: "active" })
        {
            Console.WriteLine($"{meter}: rule set {ruleSet.Index} '{ruleSet.Name}' runs already, as task {running.Index}");
            return 0;
        }
        var standby = arguments.GetValue(Standby) is { } name
            ? (await meter.FindRuleSetAsync(name, cancellationToken).ConfigureAwait(false)).Index
            : 0;
        var task = await new Tasks(meter)
            .StartAsync(ruleSet.Index, standby, arguments.GetValue(HighWaterMark), arguments.GetValue(Owner)!, cancellationToken)
            .ConfigureAwait(false);
        Console.WriteLine($"{meter}: rule set {ruleSet.Index} '{ruleSet.Name}' runs as task {task}");
        return 0;
    }
}
