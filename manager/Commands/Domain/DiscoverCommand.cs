using System.CommandLine;
using Rtfm.Control.Domain;
using Rtfm.Manager.Rendering;
using Rtfm.Snmp.Client;

namespace Rtfm.Manager.Commands.Domain;

/// <summary><c>domain discover</c>: which meters there are, and which domains they are in.</summary>
internal static class DiscoverCommand
{
    private static readonly Argument<string[]> Seeds = new("SEED")
    {
        Description = "Agents to begin with: HOST[:PORT] or [V6ADDRESS]:PORT",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private static readonly Option<string[]> Range = new("--range")
    {
        Description = "Look at all addresses of a network, too (repeatable; 65536 at most)",
        HelpName = "NET/BITS[:PORT]",
    };

    public static Command Make()
    {
        var command = new Command(
            "discover",
            $"""
            Find meters: the seeds, those that answer in the ranges, and whoever else is in the same domains, as their members tell.

            {DomainDiscovery.MostInFlight} are asked at the same time. An address that is silent takes the time of -t twice over: -t 0.5 is quicker.

            Examples:
              rtfm-manager domain discover edge1 edge2 --credentials noc.conf
              rtfm-manager domain discover --range 10.0.0.0/24 --range 10.1.0.0/24:1161 -t 0.5
            """
        )
        {
            Seeds,
            Range,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Seeds) is not { Length: > 0 } && result.GetValue(Range) is not { Length: > 0 })
                result.AddError("nowhere to begin: give a SEED or a --range");
        });
        command.SetClientAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, SnmpClient client, CancellationToken cancellationToken)
    {
        var (seeds, ranges) = (arguments.GetValue(Seeds) ?? [], RangesOf(arguments));
        var credentials = MeterOptions.Credentials(arguments);
        var discovery = new DomainDiscovery((address, token) => MeterOptions.ConnectAsync(arguments, client, credentials, address, token));
        var steps = seeds.Length + ranges.Sum(each => each.Addresses().Count());
        var found = await Progress
            .ShowAsync("looking for meters", steps, report => discovery.RunAsync(seeds, ranges, report, cancellationToken))
            .ConfigureAwait(false);
        Screen.Show(arguments, found, [.. DomainScreen.Discovered(found)]);
        if (discovery.Silent > 0)
            await Console.Error.WriteLineAsync($"{discovery.Silent} addresses of the ranges are silent").ConfigureAwait(false);
        return found.Any(each => each.Error is null) ? CommandLine.Done : CommandLine.Failed;
    }

    private static List<AddressRange> RangesOf(ParseResult arguments)
    {
        try
        {
            return [.. (arguments.GetValue(Range) ?? []).Select(AddressRange.Parse)];
        }
        catch (FormatException wrong)
        {
            throw new UsageException($"--range: {wrong.Message}", wrong);
        }
    }
}
