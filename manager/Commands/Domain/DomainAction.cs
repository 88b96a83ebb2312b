using System.CommandLine;
using Rtfm.Control;
using Rtfm.Control.Domain;
using Rtfm.Snmp.Client;

namespace Rtfm.Manager.Commands.Domain;

/// <summary>What the commands for domains share: members to begin with, and the domain that they are of.</summary>
internal static class DomainAction
{
    public static readonly Argument<string> Target = new("TARGET")
    {
        Description = "A member of the domain, or several with commas between: HOST[:PORT] or [V6ADDRESS]:PORT",
    };

    public static readonly Option<double> Wait = new("--wait")
    {
        Description = "Seconds to wait for all members; what is not over then goes on without us",
        HelpName = "S",
        DefaultValueFactory = _ => 60,
    };

    static DomainAction() =>
        Wait.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and <= 3_600))
                result.AddError("--wait takes seconds from 0 to 3600");
        });

    /// <summary>Runs a command with the domain that its argument TARGET leads to.</summary>
    public static void SetDomainAction(this Command command, Func<ParseResult, DomainFinder, DomainView, CancellationToken, Task<int>> action) =>
        command.SetClientAction(
            async (arguments, client, token) =>
            {
                var finder = Finder(arguments, client);
                var view = await finder.FindAsync(Addresses(arguments), token).ConfigureAwait(false);
                return await action(arguments, finder, view, token).ConfigureAwait(false);
            }
        );

    /// <param name="retries">How often members are asked again what they are.</param>
    /// <param name="mostRetries">How often they are asked again for all else, whatever -r says.</param>
    public static DomainFinder Finder(ParseResult arguments, SnmpClient client, int retries = 1, int mostRetries = int.MaxValue)
    {
        // One object for all members: keys and times are known by it.
        var credentials = MeterOptions.Credentials(arguments);
        return new DomainFinder(
            async (address, token) =>
            {
                var meter = await MeterOptions.ConnectAsync(arguments, client, credentials, address, token).ConfigureAwait(false);
                return new Meter(client, meter.Target with { Retries = Math.Min(meter.Target.Retries, mostRetries) });
            },
            retries
        );
    }

    /// <exception cref="UsageException">There are none.</exception>
    public static IReadOnlyList<string> Addresses(ParseResult arguments) =>
        arguments.GetValue(Target)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } addresses
            ? addresses
            : throw new UsageException($"TARGET is empty. Write {SnmpHost.Forms}; commas between several.");
}
