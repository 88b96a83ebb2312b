using System.CommandLine;
using Rtfm.Control;
using Rtfm.Manager.Rendering;
using Rtfm.Snmp.Client;

namespace Rtfm.Manager.Commands;

/// <summary><c>status</c>: how meters are, several at once.</summary>
internal static class StatusCommand
{
    private static readonly Argument<string[]> Targets = new("TARGET")
    {
        Description = "Meters: HOST[:PORT] or [V6ADDRESS]:PORT; tcp: or tlstcp: in front for a connection",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command Make()
    {
        var command = new Command(
            "status",
            """
            Show how meters are: flows, rule sets, tasks, readers, interfaces. A meter that does not answer is a line with the reason.

            Examples:
              rtfm-manager status 192.0.2.1 192.0.2.2 [2001:db8::1]:1161
              rtfm-manager status --json edge1 edge2
            """
        )
        {
            Targets,
        };
        command.SetClientAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, SnmpClient client, CancellationToken cancellationToken)
    {
        var targets = arguments.GetValue(Targets)!;
        var credentials = MeterOptions.Credentials(arguments);
        var statuses = await Task.WhenAll(targets.Select(target => AskAsync(arguments, client, credentials, target, cancellationToken)))
            .ConfigureAwait(false);
        Screen.Show(arguments, statuses, [.. StatusScreen.Sheets(statuses)]);
        return statuses.All(status => status.Error is null) ? CommandLine.Done : CommandLine.Failed;
    }

    private static async Task<MeterStatus> AskAsync(
        ParseResult arguments,
        SnmpClient client,
        SnmpCredentials credentials,
        string target,
        CancellationToken cancellationToken
    )
    {
        Meter? meter = null;
        try
        {
            meter = await MeterOptions.ConnectAsync(arguments, client, credentials, target, cancellationToken).ConfigureAwait(false);
            return await meter.StatusAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is SnmpException or MeterException)
        {
            return MeterStatus.Failed(target, meter?.ReasonOf(fault) ?? fault.Message);
        }
    }
}
