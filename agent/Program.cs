using System.CommandLine;
using Rtfm.Agent.Commands;

var root = new RootCommand("The Rtfm meter: counts the traffic flows it sees, as rule sets tell it, and shows them over SNMP.")
{
    RunCommand.Make(),
    InitCommand.Make(),
    UserCommand.Make(),
    ReplayCommand.Make(),
    StatusCommand.Make(),
};
var arguments = root.Parse(args);
var exitCode = await arguments.InvokeAsync().ConfigureAwait(false);

// 2 is for words that make no command, as for settings that make no sense.
return arguments.Errors.Count > 0 ? 2 : exitCode;
