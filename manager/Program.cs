using System.CommandLine;
using Rtfm.Manager.Commands;

var root = new RootCommand("The Rtfm manager: tells meters which traffic flows to measure, and shows what they measure.")
{
    RuleSetCommand.Make(),
    FlowsCommand.Make(),
    StatusCommand.Make(),
};
return await root.Parse(args).InvokeAsync().ConfigureAwait(false);
