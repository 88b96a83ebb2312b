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
var arguments = root.Parse(args);
var exitCode = await arguments.InvokeAsync(patience).ConfigureAwait(false);

// 2 is for words that make no command, as for settings that make no sense.
return arguments.Errors.Count > 0 ? 2 : exitCode;
