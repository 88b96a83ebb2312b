using System.CommandLine;
using Rtfm.Manager.Control;

namespace Rtfm.Manager.Commands;

/// <summary><c>ruleset stop</c>: end the tasks that run a rule set; it stays loaded, its flows can still be read.</summary>
internal static class RuleSetStopCommand
{
    public static Command Make()
    {
        var command = new Command("stop", "Stop a rule set: it stays loaded, and its flows can still be read.")
        {
            MeterOptions.Target,
            RuleSetCommand.RuleSet,
        }.WithMeterOptions();
        command.SetAction(
            (arguments, token) =>
                MeterOptions.RunAsync(
                    arguments,
                    async (meter, t) =>
                    {
                        var ruleSet = await meter.FindRuleSetAsync(arguments.GetValue(RuleSetCommand.RuleSet)!, t).ConfigureAwait(false);
                        var stopped = await new Tasks(meter).StopAsync(ruleSet.Index, t).ConfigureAwait(false);
                        Console.WriteLine(
                            stopped > 0
                                ? $"{meter}: rule set {ruleSet.Index} '{ruleSet.Name}' stopped"
                                : $"{meter}: rule set {ruleSet.Index} '{ruleSet.Name}' was not running"
                        );
                        return 0;
                    },
                    token
                )
        );
        return command;
    }
}
