using Rtfm.Manager.Commands;

return await CommandLine.RunAsync(args).ConfigureAwait(false);
