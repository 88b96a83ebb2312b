using System.CommandLine;
using Rtfm.Manager.Control;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Manager.Commands;

/// <summary><c>ruleset remove</c>: take a rule set out of the meter, with all its flows.</summary>
internal static class RuleSetRemoveCommand
{
    private static readonly Option<bool> Force = new("--force") { Description = "Stop it first if it runs" };

    public static Command Make()
    {
        var command = new Command("remove", "Remove a rule set from a meter, and with it all flows it has made.")
        {
            MeterOptions.Target,
            RuleSetCommand.RuleSet,
            Force,
        }.WithMeterOptions();
        command.SetAction((arguments, token) => MeterOptions.RunAsync(arguments, (meter, t) => RemoveAsync(arguments, meter, t), token));
        return command;
    }

    private static async Task<int> RemoveAsync(ParseResult arguments, Meter meter, CancellationToken cancellationToken)
    {
        var ruleSet = await meter.FindRuleSetAsync(arguments.GetValue(RuleSetCommand.RuleSet)!, cancellationToken).ConfigureAwait(false);
        if (ruleSet.Index == Model.RuleSet.BuiltInNumber)
            throw new MeterException($"{meter}: rule set {ruleSet.Index} is built in and cannot be removed. Stop it instead.");
        var naming = (await meter.TasksAsync(cancellationToken).ConfigureAwait(false)).Where(task => task.Names(ruleSet.Index)).ToList();
        if (naming.Count > 0 && !arguments.GetValue(Force))
        {
            throw new MeterException(
                $"{meter}: rule set {ruleSet.Index} '{ruleSet.Name}' is named by task {string.Join(", ", naming.Select(task => task.Index))}. Stop it first, or give --force."
            );
        }
        await new Tasks(meter).StopAsync(ruleSet.Index, cancellationToken).ConfigureAwait(false);
        await meter
            .SetAsync(cancellationToken, new VarBind(Meter.RuleSetInfo(5, ruleSet.Index), SnmpValue.Integer((int)RowStatus.Destroy)))
            .ConfigureAwait(false);
        Console.WriteLine($"{meter}: rule set {ruleSet.Index} '{ruleSet.Name}' removed, with {ruleSet.FlowRecords} flows");
        return 0;
    }
}
