using System.CommandLine;
using Rtfm.Manager.Rendering;

namespace Rtfm.Manager.Commands;

/// <summary><c>ruleset list</c>: what is loaded, and what runs.</summary>
internal static class RuleSetListCommand
{
    public static Command Make()
    {
        var command = new Command(
            "list",
            """
            List the rule sets of a meter, and the tasks that name them.

            Example:
              rtfm-manager ruleset list 192.0.2.1
            """
        )
        {
            MeterOptions.Target,
        };
        command.SetMeterAction(
            async (arguments, meter, token) =>
            {
                var ruleSets = await meter.RuleSetsAsync(token).ConfigureAwait(false);
                var tasks = await meter.TasksAsync(token).ConfigureAwait(false);
                Screen.Show(arguments, RuleSetScreen.Json(ruleSets, tasks), RuleSetScreen.Sheet(ruleSets, tasks));
                return CommandLine.Done;
            }
        );
        return command;
    }
}
