using System.CommandLine;
using Rtfm.MeterReader.Commands;

var root = new RootCommand("The Rtfm meter reader: collects flows from meters and keeps them in a database.")
{
    RunCommand.Make(),
    CollectCommand.Make(),
    TopCommand.Make(),
    MetersCommand.Make(),
    ExportCommand.Make(),
};
return await root.Parse(args).InvokeAsync().ConfigureAwait(false);
