using System.CommandLine;
using Rtfm.Control;
using Rtfm.Control.Domain;

namespace Rtfm.Manager.Commands.Domain;

/// <summary><c>domain remove</c>: a rule set stops everywhere and goes.</summary>
internal static class RemoveCommand
{
    private static readonly Argument<string> Name = new("NAME") { Description = "The rule set" };

    public static Command Make()
    {
        var command = new Command(
            "remove",
            """
            Stop a rule set at all members and remove it, with its flows. Collect first what is to be kept.

            Example:
              rtfm-manager domain remove edge1 domain-flows
            """
        )
        {
            DomainAction.Target,
            Name,
            DomainAction.Wait,
        };
        command.SetDomainAction(
            async (arguments, finder, view, token) =>
            {
                var name = arguments.GetValue(Name)!;
                RequireMaster(view);
                await FindAsync(view, name, token).ConfigureAwait(false);
                await view.Source.ActivateAsync(name, 0, token).ConfigureAwait(false);
                return await OrderAction.FollowAsync(arguments, finder, view, name, 0, token).ConfigureAwait(false);
            }
        );
        return command;
    }

    /// <exception cref="MeterException">There is no master to give orders to.</exception>
    public static void RequireMaster(DomainView view)
    {
        if (!view.HasMaster)
            throw new MeterException(
                $"domain '{view.Name}' has no master: more than half of its {view.Members.Count} members must hear each other. Try: rtfm-manager domain elect {view.Source}"
            );
    }

    /// <exception cref="MeterException">The domain has none of that name.</exception>
    public static async Task<DomainRuleSetRow> FindAsync(DomainView view, string name, CancellationToken cancellationToken)
    {
        var rows = await view.Source.RuleSetsAsync(cancellationToken).ConfigureAwait(false);
        return rows.FirstOrDefault(each => each.Name == name)
            ?? throw new MeterException(
                $"domain '{view.Name}' has no rule set '{name}'"
                    + (rows.Count == 0 ? "; it has none" : $"; it has {string.Join(", ", rows.Select(each => each.Name))}")
            );
    }
}
