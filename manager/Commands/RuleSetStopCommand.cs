using System.CommandLine;
using Rtfm.Control;
using Rtfm.Manager.Rendering;

namespace Rtfm.Manager.Commands;

/// <summary><c>ruleset stop</c>: end the tasks that run a rule set; it stays loaded, its flows can still be read.</summary>
internal static class RuleSetStopCommand
{
    public static Command Make()
    {
        var command = new Command(
            "stop",
            """
            Stop a rule set, whoever started it: it stays loaded, and its flows can still be read.

            Example:
              rtfm-manager ruleset stop 192.0.2.1 five-tuple
            """
        )
        {
            MeterOptions.Target,
            RuleSetCommand.RuleSet,
        };
        command.SetMeterAction(
            async (arguments, meter, token) =>
            {
                var ruleSet = await meter.FindRuleSetAsync(arguments.GetValue(RuleSetCommand.RuleSet)!, token).ConfigureAwait(false);
                var stopped = await new Tasks(meter).StopAsync(ruleSet.Index, token).ConfigureAwait(false);
                Screen.Show(
                    arguments,
                    new
                    {
                        Meter = meter.ToString(),
                        RuleSet = ruleSet.Index,
                        ruleSet.Name,
                        Tasks = stopped,
                    },
                    stopped.Count > 0
                        ? $"{meter}: rule set {ruleSet.Index} '{ruleSet.Name}' stopped (task {string.Join(", ", stopped)})"
                        : $"{meter}: rule set {ruleSet.Index} '{ruleSet.Name}' was not running"
                );
                return CommandLine.Done;
            }
        );
        return command;
    }
}
