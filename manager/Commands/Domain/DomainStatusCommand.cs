using System.CommandLine;
using Rtfm.Control.Domain;
using Rtfm.Manager.Rendering;

namespace Rtfm.Manager.Commands.Domain;

/// <summary><c>domain status</c>: members, master, versions, the last collection.</summary>
internal static class DomainStatusCommand
{
    public static Command Make()
    {
        var command = new Command(
            "status",
            """
            Show a domain: its members and what they say, the master, its term, the rule sets at each member, the last collection.

            Exit codes: 0 there is a master and all members answer, 1 not.

            Example:
              rtfm-manager domain status edge1,edge2 --credentials noc.conf
            """
        )
        {
            DomainAction.Target,
        };
        command.SetDomainAction(
            async (arguments, finder, view, token) =>
            {
                var status = await DomainStatus.ReadAsync(finder, view, token).ConfigureAwait(false);
                Screen.Show(arguments, status, [.. DomainScreen.Status(status)]);
                return status.Master is not null && status.Members.All(each => each.Error is null) ? CommandLine.Done : CommandLine.Failed;
            }
        );
        return command;
    }
}
