using System.CommandLine;
using Rtfm.Control.Domain;
using Rtfm.Manager.Rendering;
using Rtfm.Model;

namespace Rtfm.Manager.Commands.Domain;

/// <summary><c>domain apply</c>: a rule set runs at every member.</summary>
internal static class ApplyCommand
{
    /// <summary>Of SnmpAdminString as RTFM-DOMAIN-MIB has it, less <c>#VERSION</c>.</summary>
    private const int LongestName = 100;

    private static readonly Argument<string> File = new("FILE") { Description = "A program (.srl) or a rule file" };
    private static readonly Option<string?> Name = new("--name") { Description = "The rule set's name; the file's unless given", HelpName = "NAME" };
    private static readonly Option<bool> Force = new("--force") { Description = "The members that can run it do, even if others refuse it" };

    public static Command Make()
    {
        var command = new Command(
            "apply",
            """
            Have all members of a domain run a rule set, as a new version of what is there of that name: all switch to it, or none does.

            It is loaded into the master, which loads it into the others; where there is no master, the best member becomes it. A member that is
            away gets it when it is back. To see where flows enter and leave the domain, save SourceInterface and DestInterface.

            Exit codes: 0 every member runs it, 1 refused, given up or not over yet, 2 wrong command line or rule file, 3 it runs, but not at
            every member.

            Examples:
              rtfm-manager domain apply edge1,edge2 docs/rulesets/domain-flows.srl --credentials noc.conf
              rtfm-manager domain apply edge1 new.srl --name domain-flows --force
            """
        )
        {
            DomainAction.Target,
            File,
            Name,
            Force,
            DomainAction.Wait,
        };
        command.SetClientAction(
            async (arguments, client, token) =>
            {
                // A wrong file is told before anybody is asked.
                var ruleSet = Assemble(arguments);
                var finder = DomainAction.Finder(arguments, client);
                var view = await finder.FindAsync(DomainAction.Addresses(arguments), token).ConfigureAwait(false);
                return await RunAsync(arguments, finder, view, ruleSet, token).ConfigureAwait(false);
            }
        );
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult arguments,
        DomainFinder finder,
        DomainView view,
        RuleSet ruleSet,
        CancellationToken cancellationToken
    )
    {
        if (!view.HasMaster)
        {
            await Console.Error.WriteLineAsync($"domain '{view.Name}' has no master: the best member is asked to be it").ConfigureAwait(false);
            view = await ElectCommand.ElectAsync(finder, view, cancellationToken).ConfigureAwait(false);
        }
        var version = await Progress
            .ShowAsync(
                $"rule set '{ruleSet.Name}' to {view.Self.SystemName}",
                ruleSet.Rules.Length,
                report => RuleSetOrders.ApplyAsync(view, ruleSet, arguments.GetValue(Force), report, cancellationToken)
            )
            .ConfigureAwait(false);
        return await OrderAction.FollowAsync(arguments, finder, view, ruleSet.Name, version, cancellationToken).ConfigureAwait(false);
    }

    private static RuleSet Assemble(ParseResult arguments)
    {
        var ruleSet = RuleSetLoadCommand.Assemble(arguments.GetValue(File)!, arguments.GetValue(Name));
        if (ruleSet.Name.Length is 0 or > LongestName || ruleSet.Name.Any(each => each == '#' || char.IsControl(each) || each == ' '))
            throw new UsageException(
                $"'{ruleSet.Name}' cannot be a rule set's name in a domain. Give a --name of up to {LongestName} letters without blanks and '#'."
            );
        if (Missing(ruleSet) is { Length: > 0 } missing)
            Console.Error.WriteLine(
                $"{arguments.GetValue(File)}: warning: it does not save {missing}: the domain's flows will not tell where they enter and leave. Add: save SourceInterface; save DestInterface;"
            );
        return ruleSet;
    }

    /// <summary>Which of the two attributes that say where a flow enters and leaves no rule saves.</summary>
    private static string Missing(RuleSet ruleSet) =>
        string.Join(
            " and ",
            new[] { FlowAttribute.SourceInterface, FlowAttribute.DestInterface }.Where(each => !ruleSet.Rules.Any(rule => Saves(rule, each)))
        );

    private static bool Saves(Rule rule, FlowAttribute attribute) => rule.Selector == attribute && rule.Action.Pushes();
}
