using System.CommandLine;
using Rtfm.Control;

namespace Rtfm.Manager.Commands.Domain;

/// <summary><c>domain rollback</c>: a version that members have kept runs again.</summary>
internal static class RollbackCommand
{
    private static readonly Argument<string> Name = new("NAME") { Description = "The rule set" };
    private static readonly Option<uint?> To = new("--to") { Description = "The version; the one before unless given", HelpName = "VERSION" };

    public static Command Make()
    {
        var command = new Command(
            "rollback",
            """
            Have all members go back to an earlier version of a rule set, which they have kept: nothing is loaded.

            Exit codes: 0 every member runs it, 1 refused or not over yet, 3 it runs, but not at every member.

            Examples:
              rtfm-manager domain rollback edge1 domain-flows
              rtfm-manager domain rollback edge1 domain-flows --to 3
            """
        )
        {
            DomainAction.Target,
            Name,
            To,
            DomainAction.Wait,
        };
        command.SetDomainAction(
            async (arguments, finder, view, token) =>
            {
                var name = arguments.GetValue(Name)!;
                RemoveCommand.RequireMaster(view);
                var row = await RemoveCommand.FindAsync(view, name, token).ConfigureAwait(false);
                if (row.Kept.Count == 0)
                    throw new MeterException($"domain '{view.Name}': no version of '{name}' before {row.Active} is kept");
                var version = arguments.GetValue(To) ?? row.Kept[0];
                if (!row.Kept.Contains(version))
                    throw new MeterException(
                        $"domain '{view.Name}': version {version} of '{name}' is not kept; kept are {string.Join(", ", row.Kept)}"
                    );
                await view.Source.ActivateAsync(name, version, token).ConfigureAwait(false);
                return await OrderAction.FollowAsync(arguments, finder, view, name, version, token).ConfigureAwait(false);
            }
        );
        return command;
    }
}
