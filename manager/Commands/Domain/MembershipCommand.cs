using System.CommandLine;
using Rtfm.Control;
using Rtfm.Control.Domain;
using Rtfm.Manager.Rendering;

namespace Rtfm.Manager.Commands.Domain;

/// <summary><c>domain leave</c>, <c>join</c> and <c>remove-member</c>: who is in the domain.</summary>
internal static class MembershipCommand
{
    private static readonly Argument<string> Agent = new("TARGET") { Description = "The agent itself: HOST[:PORT] or [V6ADDRESS]:PORT" };
    private static readonly Argument<string> Member = new("MEMBER") { Description = "The member's name, address, number or engine ID" };

    public static Command MakeLeave() =>
        MakeParticipation(
            "leave",
            """
            Have a member leave its domain. It stays out, whatever its settings say, until it is told to join.

            Example:
              rtfm-manager domain leave edge3
            """,
            "leaves",
            self => self.Role == "outside" ? "is out of" : null,
            (agent, token) => agent.LeaveAsync(token)
        );

    public static Command MakeJoin() =>
        MakeParticipation(
            "join",
            """
            Have an agent that was told to leave take part again in the domain of its settings.

            Example:
              rtfm-manager domain join edge3
            """,
            "joins",
            self => self.Role == "outside" ? null : "takes part in",
            (agent, token) => agent.ParticipateAsync(token)
        );

    public static Command MakeRemoveMember()
    {
        var command = new Command(
            "remove-member",
            """
            Take a member out of the list, one that will not come back as a rule: more than half of the members are needed, and it counts.

            One that hears of it stays out until it is told to join; one that cannot asks to be taken in again when it is back: put its domain out
            of its settings.

            Example:
              rtfm-manager domain remove-member edge1,edge2 edge3
            """
        )
        {
            DomainAction.Target,
            Member,
        };
        command.SetDomainAction(
            async (arguments, _, view, token) =>
            {
                RemoveCommand.RequireMaster(view);
                var member = view.Find(arguments.GetValue(Member)!);
                await view.Source.RemoveAsync(member.Id, token).ConfigureAwait(false);
                Screen.Show(arguments, member, $"domain '{view.Name}': {member.Name} ({member.Address}) is removed");
                return CommandLine.Done;
            }
        );
        return command;
    }

    private static Command MakeParticipation(
        string name,
        string description,
        string verb,
        Func<DomainSelf, string?> already,
        Func<DomainAgent, CancellationToken, Task> change
    )
    {
        var command = new Command(name, description) { Agent };
        command.SetClientAction(
            async (arguments, client, token) =>
            {
                var agent = await DomainAction.Finder(arguments, client).AgentAsync(arguments.GetValue(Agent)!, token).ConfigureAwait(false);
                if (await agent.SelfAsync(token).ConfigureAwait(false) is not { IsInDomain: true } self)
                    throw new MeterException($"{agent}: it is in no domain: its settings name none");
                var state = already(self);
                if (state is null)
                    await change(agent, token).ConfigureAwait(false);
                Screen.Show(
                    arguments,
                    self,
                    $"{agent}: {self.SystemName} {(state is null ? verb : state)} domain '{self.Domain}'{(state is null ? "" : " already")}"
                );
                return CommandLine.Done;
            }
        );
        return command;
    }
}
