using System.CommandLine;
using Rtfm.Agent.Commands;

var root = new RootCommand("The Rtfm meter: counts the traffic flows it sees, as rule sets tell it, and shows them over SNMP.")
{
    RunCommand.Make(),
    ReplayCommand.Make(),
    StatusCommand.Make(),
};
return await root.Parse(args).InvokeAsync().ConfigureAwait(false);
