using System.CommandLine;

namespace Rtfm.Manager.Commands.Domain;

/// <summary><c>rtfm-manager domain …</c>.</summary>
internal static class DomainCommand
{
    public static Command Make() =>
        new(
            "domain",
            """
            Find domains of meters, show them, choose their masters, and have rule sets run at all members.

            TARGET is any member, or several with commas between; the master is found through them.
            """
        )
        {
            DiscoverCommand.Make(),
            DomainStatusCommand.Make(),
            WatchCommand.Make(),
            ElectCommand.Make(),
            ApplyCommand.Make(),
            RollbackCommand.Make(),
            RemoveCommand.Make(),
            CollectionCommand.Make(),
            MembershipCommand.MakeLeave(),
            MembershipCommand.MakeJoin(),
            MembershipCommand.MakeRemoveMember(),
        };
}
