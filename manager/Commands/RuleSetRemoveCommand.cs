using System.CommandLine;
using Rtfm.Control;
using Rtfm.Manager.Rendering;
using Rtfm.Model;

namespace Rtfm.Manager.Commands;

/// <summary><c>ruleset remove</c>: take a rule set out of the meter, with all its flows.</summary>
internal static class RuleSetRemoveCommand
{
    private static readonly Option<bool> Force = new("--force") { Description = "Stop it first where tasks name it" };

    public static Command Make()
    {
        var command = new Command(
            "remove",
            """
            Remove a rule set from a meter, and with it all flows it has made.

            Example:
              rtfm-manager ruleset remove 192.0.2.1 five-tuple --force
            """
        )
        {
            MeterOptions.Target,
            RuleSetCommand.RuleSet,
            Force,
        };
        command.SetMeterAction(RemoveAsync);
        return command;
    }

    private static async Task<int> RemoveAsync(ParseResult arguments, Meter meter, CancellationToken cancellationToken)
    {
        var ruleSet = await meter.FindRuleSetAsync(arguments.GetValue(RuleSetCommand.RuleSet)!, cancellationToken).ConfigureAwait(false);
        if (ruleSet.Index == RuleSet.BuiltInNumber)
            throw new MeterException($"{meter}: rule set {ruleSet.Index} is built in and cannot be removed. Stop it instead.");
        var naming = (await meter.TasksAsync(cancellationToken).ConfigureAwait(false)).Where(task => task.Names(ruleSet.Index)).ToList();
        if (naming.Count > 0 && !arguments.GetValue(Force))
        {
            var numbers = string.Join(", ", naming.Select(task => task.Index));
            throw new MeterException(
                $"{meter}: rule set {ruleSet.Index} '{ruleSet.Name}' was not removed: task {numbers} names it. Stop it first, or give --force."
            );
        }
        if (naming.Count > 0)
            await new Tasks(meter).StopAsync(ruleSet.Index, cancellationToken).ConfigureAwait(false);
        await meter.DestroyRuleSetAsync(ruleSet.Index, cancellationToken).ConfigureAwait(false);
        Screen.Show(
            arguments,
            new
            {
                Meter = meter.ToString(),
                RuleSet = ruleSet.Index,
                ruleSet.Name,
                ruleSet.FlowRecords,
            },
            $"{meter}: rule set {ruleSet.Index} '{ruleSet.Name}' removed, with {ruleSet.FlowRecords} flows"
        );
        return CommandLine.Done;
    }
}
