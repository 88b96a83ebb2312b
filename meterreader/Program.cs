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
// On SIGTERM or Ctrl-C a collection is taken back or finished; systemd is patient for longer than this.
var patience = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(15) };
return await root.Parse(args).InvokeAsync(patience).ConfigureAwait(false);
