using System.CommandLine;
using Rtfm.Srl;

namespace Rtfm.Manager.Commands;

/// <summary><c>ruleset show</c>: the rules as the meter has them, in a form that can be loaded again.</summary>
internal static class RuleSetShowCommand
{
    public static Command Make()
    {
        var command = new Command("show", "Print the rules of a rule set as a rule file.")
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
                        var row = await meter.FindRuleSetAsync(arguments.GetValue(RuleSetCommand.RuleSet)!, t).ConfigureAwait(false);
                        var ruleSet = await meter.ReadRuleSetAsync(row, t).ConfigureAwait(false);
                        Console.WriteLine($"# {row.Name}, rule set {row.Index} of {meter}, owner {row.Owner}");
                        Console.Write(RuleSetWriter.Write(ruleSet));
                        return 0;
                    },
                    token
                )
        );
        return command;
    }
}
