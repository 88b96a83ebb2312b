using System.CommandLine;

namespace Rtfm.Manager.Commands;

/// <summary><c>rtfm-manager ruleset …</c>.</summary>
internal static class RuleSetCommand
{
    public static readonly Argument<string> RuleSet = new("RULESET") { Description = "The rule set's number or name" };

    public static Command Make() =>
        new("ruleset", "Load rule sets into a meter, run, stop and remove them.")
        {
            RuleSetLoadCommand.Make(),
            RuleSetListCommand.Make(),
            RuleSetShowCommand.Make(),
            RuleSetRunCommand.Make(),
            RuleSetStopCommand.Make(),
            RuleSetRemoveCommand.Make(),
        };
}
