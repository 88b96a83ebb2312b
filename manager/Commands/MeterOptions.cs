using System.CommandLine;
using System.CommandLine.Parsing;
using Rtfm.Manager.Control;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;

namespace Rtfm.Manager.Commands;

/// <summary>How to reach a meter: the letters of Net-SNMP's tools.</summary>
internal static class MeterOptions
{
    public static readonly Argument<string> Target = new("TARGET") { Description = "The meter: HOST[:PORT] or [V6ADDRESS]:PORT" };

    private static readonly Option<string> Version = new("-v")
    {
        Description = "SNMP version (default 2c)",
        HelpName = "1|2c",
        DefaultValueFactory = _ => "2c",
    };
    private static readonly Option<string> Community = new("-c")
    {
        Description = "Community (default: $RTFM_COMMUNITY, else public)",
        HelpName = "COMMUNITY",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("RTFM_COMMUNITY") ?? "public",
    };
    private static readonly Option<double> Timeout = new("-t")
    {
        Description = "Seconds to wait for an answer (default 1)",
        HelpName = "S",
        DefaultValueFactory = _ => 1,
    };
    private static readonly Option<int> Retries = new("-r")
    {
        Description = "How often to ask again (default 3)",
        HelpName = "N",
        DefaultValueFactory = _ => 3,
    };
    public static readonly Option<bool> Json = new("--json") { Description = "Print JSON" };

    static MeterOptions()
    {
        Version.AcceptOnlyFromAmong("1", "2c");
        Timeout.Validators.Add(result => Require(result, result.GetValueOrDefault<double>() is > 0 and <= 3_600, "-t takes seconds, more than 0"));
        Retries.Validators.Add(result => Require(result, result.GetValueOrDefault<int>() is >= 0 and <= 20, "-r takes a number from 0 to 20"));
    }

    /// <summary>Adds the options to a command.</summary>
    public static Command WithMeterOptions(this Command command)
    {
        foreach (var option in new Option[] { Version, Community, Timeout, Retries })
            command.Add(option);
        return command;
    }

    /// <summary>A meter, ready to be asked.</summary>
    public static async Task<Meter> ConnectAsync(ParseResult arguments, SnmpClient client, string target, CancellationToken cancellationToken) =>
        new(
            client,
            new SnmpTarget(
                await SnmpHost.ResolveAsync(target, cancellationToken).ConfigureAwait(false),
                arguments.GetValue(Version) == "1" ? SnmpVersion.V1 : SnmpVersion.V2c,
                arguments.GetValue(Community)!
            )
            {
                Timeout = TimeSpan.FromSeconds(arguments.GetValue(Timeout)),
                Retries = arguments.GetValue(Retries),
                Name = target,
            }
        );

    /// <summary>Runs a command against one meter; what goes wrong is one line on standard error.</summary>
    public static async Task<int> RunAsync(
        ParseResult arguments,
        Func<Meter, CancellationToken, Task<int>> command,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await using var client = new SnmpClient();
            var meter = await ConnectAsync(arguments, client, arguments.GetValue(Target)!, cancellationToken).ConfigureAwait(false);
            return await command(meter, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is SnmpException or MeterException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(fault.Message).ConfigureAwait(false);
            return 1;
        }
        catch (FormatException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message).ConfigureAwait(false);
            return 2;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    private static void Require(OptionResult result, bool isGood, string complaint)
    {
        if (!isGood)
            result.AddError(complaint);
    }
}
