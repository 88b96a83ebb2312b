using System.CommandLine;
using Rtfm.Manager.Rendering;

namespace Rtfm.Manager.Commands;

/// <summary><c>ruleset show</c>: the rules as the meter has them, in a form that can be loaded again.</summary>
internal static class RuleSetShowCommand
{
    public static Command Make()
    {
        var command = new Command(
            "show",
            """
            Print the rules of a rule set as a rule file, read back from the meter.

            Example:
              rtfm-manager ruleset show 192.0.2.1 five-tuple > as-loaded.rules
            """
        )
        {
            MeterOptions.Target,
            RuleSetCommand.RuleSet,
        };
        command.SetMeterAction(
            async (arguments, meter, token) =>
            {
                var row = await meter.FindRuleSetAsync(arguments.GetValue(RuleSetCommand.RuleSet)!, token).ConfigureAwait(false);
                var ruleSet = await meter.ReadRulesAsync(row, token).ConfigureAwait(false);
                Screen.Show(arguments, RuleSetScreen.Json(row, ruleSet), RuleSetScreen.RuleFile(meter.ToString(), row, ruleSet));
                return CommandLine.Done;
            }
        );
        return command;
    }
}
