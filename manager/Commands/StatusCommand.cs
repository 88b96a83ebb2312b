using System.CommandLine;
using Rtfm.Manager.Control;
using Rtfm.Manager.Rendering;
using Rtfm.Snmp.Client;

namespace Rtfm.Manager.Commands;

/// <summary><c>status</c>: how meters are, several at once.</summary>
internal static class StatusCommand
{
    private static readonly Argument<string[]> Targets = new("TARGET")
    {
        Description = "Meters: HOST[:PORT] or [V6ADDRESS]:PORT",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command Make()
    {
        var command = new Command("status", "Show how meters are: flows, rule sets, tasks, readers, interfaces.")
        {
            Targets,
            MeterOptions.Json,
        }.WithMeterOptions();
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var client = new SnmpClient();
        var statuses = await Task.WhenAll(arguments.GetValue(Targets)!.Select(target => AskAsync(arguments, client, target, cancellationToken)))
            .ConfigureAwait(false);
        if (arguments.GetValue(MeterOptions.Json))
            Screen.Json(statuses);
        else
            StatusScreen.Show(statuses);
        return statuses.All(status => status.Error is null) ? 0 : 1;
    }

    private static async Task<MeterStatus> AskAsync(ParseResult arguments, SnmpClient client, string target, CancellationToken cancellationToken)
    {
        try
        {
            var meter = await MeterOptions.ConnectAsync(arguments, client, target, cancellationToken).ConfigureAwait(false);
            return await meter.StatusAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is SnmpException or MeterException or FormatException)
        {
            return MeterStatus.Failed(target, fault.Message);
        }
    }
}
