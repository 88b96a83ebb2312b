using System.CommandLine;
using Rtfm.Control;
using Rtfm.Snmp.Client;

namespace Rtfm.Manager.Commands;

/// <summary>What all commands share: a client, and for what goes wrong one line on standard error and an exit code.</summary>
internal static class MeterAction
{
    /// <summary>Runs a command against the meter that its argument TARGET names.</summary>
    public static void SetMeterAction(this Command command, Func<ParseResult, Meter, CancellationToken, Task<int>> action) =>
        command.SetClientAction(
            async (arguments, client, token) =>
            {
                var target = arguments.GetValue(MeterOptions.Target)!;
                var meter = await MeterOptions
                    .ConnectAsync(arguments, client, MeterOptions.Credentials(arguments), target, token)
                    .ConfigureAwait(false);
                return await action(arguments, meter, token).ConfigureAwait(false);
            }
        );

    /// <summary>Runs a command that asks several meters.</summary>
    public static void SetClientAction(this Command command, Func<ParseResult, SnmpClient, CancellationToken, Task<int>> action) =>
        command.SetAction((arguments, token) => RunAsync(arguments, action, token));

    private static async Task<int> RunAsync(
        ParseResult arguments,
        Func<ParseResult, SnmpClient, CancellationToken, Task<int>> action,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await using var client = new SnmpClient();
            return await action(arguments, client, cancellationToken).ConfigureAwait(false);
        }
        catch (UsageException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message).ConfigureAwait(false);
            return CommandLine.WrongUsage;
        }
        catch (Exception fault) when (fault is SnmpException or MeterException)
        {
            await Console.Error.WriteLineAsync(fault.Message).ConfigureAwait(false);
            return CommandLine.Failed;
        }
        catch (IOException fault)
        {
            await Console.Error.WriteLineAsync($"the result cannot be written: {fault.Message}").ConfigureAwait(false);
            return CommandLine.Failed;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("stopped").ConfigureAwait(false);
            return CommandLine.Failed;
        }
    }
}
