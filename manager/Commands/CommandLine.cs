using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Rtfm.Manager.Commands.Domain;

namespace Rtfm.Manager.Commands;

/// <summary>The program's command line as a whole, and what its exit codes mean.</summary>
internal static class CommandLine
{
    /// <summary>It was done.</summary>
    public const int Done = 0;

    /// <summary>A meter did not answer, or refused.</summary>
    public const int Failed = 1;

    /// <summary>The command line or a rule file is wrong: no meter was asked to change anything.</summary>
    public const int WrongUsage = 2;

    /// <summary>After Ctrl-C, time to take back what was made at a meter that answers slowly.</summary>
    private static readonly TimeSpan TimeToTakeBack = TimeSpan.FromMinutes(1);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var parsed = Make().Parse(arguments);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
            await Console.Error.WriteLineAsync($"Help: {PathOf(parsed.CommandResult)} --help").ConfigureAwait(false);
            return WrongUsage;
        }
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeToTakeBack }).ConfigureAwait(false);
    }

    private static RootCommand Make()
    {
        var root = new RootCommand(
            """
            The Rtfm manager: tells meters which traffic flows to measure, and shows what they measure.

            Examples:
              rtfm-manager ruleset load 192.0.2.1 five-tuple.srl --run -c SECRET
              rtfm-manager flows 192.0.2.1 --top 10
              rtfm-manager status 192.0.2.1 [2001:db8::1]:1161
              rtfm-manager domain status edge1,edge2 --credentials noc.conf
              rtfm-manager notifications --listen udp:0.0.0.0:162 --credentials receiver.conf

            Exit codes: 0 done, 1 a meter did not answer or refused, 2 wrong command line or rule file, 3 done, but not at every member of a domain.
            """
        )
        {
            RuleSetCommand.Make(),
            FlowsCommand.Make(),
            StatusCommand.Make(),
            DomainCommand.Make(),
            DelayCommand.Make(),
            NotificationsCommand.Make(),
            SrlCommand.Make(),
        };
        foreach (var option in MeterOptions.All)
            root.Add(option);
        return root;
    }

    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : result.Command.Name;
}
