using System.CommandLine;
using System.Net;
using Rtfm.Manager.Rendering;
using Rtfm.Snmp.Client;

namespace Rtfm.Manager.Commands.Domain;

/// <summary><c>domain watch</c>: a domain as it changes.</summary>
internal static class WatchCommand
{
    private static readonly Option<double> Interval = new("--interval")
    {
        Description = "Seconds from one look to the next",
        HelpName = "S",
        DefaultValueFactory = _ => 1,
    };
    private static readonly Option<int?> Count = new("--count") { Description = "Look so often, then end (default: until Ctrl-C)", HelpName = "N" };
    private static readonly Option<bool> NoListen = new("--no-listen")
    {
        Description = "Look only: do not have members send their notifications here",
    };
    private static readonly Option<string?> Listen = new("--listen")
    {
        Description = "The address of ours that members reach (default: the one by which we reach them, any port)",
        HelpName = "ADDR[:PORT]",
    };

    static WatchCommand() =>
        Interval.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0.1 and <= 3_600))
                result.AddError("--interval takes seconds from 0.1 to 3600");
        });

    public static Command Make()
    {
        var command = new Command(
            "watch",
            """
            Show a domain as it changes: master, members, rates, rule sets, collections, and what members tell of their own accord.

            For that it has the members send their notifications here, as informs, for as long as it runs; that needs a user of SNMPv3, or a
            community, who may write. --no-listen leaves the members as they are. --json prints an object on a line for each look and each event.

            Examples:
              rtfm-manager domain watch edge1,edge2 --credentials noc.conf
              rtfm-manager domain watch edge1 --no-listen --interval 5 --json
            """
        )
        {
            DomainAction.Target,
            Interval,
            Count,
            NoListen,
            Listen,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(NoListen) && result.GetValue(Listen) is not null)
                result.AddError("--listen and --no-listen exclude each other");
        });
        command.SetClientAction(
            (arguments, client, token) =>
                new DomainWatch(
                    DomainAction.Finder(arguments, client, retries: 0, mostRetries: 1),
                    DomainAction.Addresses(arguments),
                    TimeSpan.FromSeconds(arguments.GetValue(Interval)),
                    arguments.GetValue(Count),
                    () => OpenScreen(arguments)
                ).RunAsync(SenderOf(arguments), EndPointOf(arguments.GetValue(Listen)), token)
        );
        return command;
    }

    /// <summary>As whom notifications come; null: none are asked for.</summary>
    private static SnmpCredentials? SenderOf(ParseResult arguments)
    {
        if (arguments.GetValue(NoListen))
            return null;
        var credentials = MeterOptions.Credentials(arguments);
        if (credentials is not CertificateCredentials)
            return credentials;
        Console.Error.WriteLine(
            "notifications are not asked for: they come over UDP, to a user or a community, not a certificate; --no-listen says so"
        );
        return null;
    }

    private static IWatchScreen OpenScreen(ParseResult arguments)
    {
        if (arguments.GetValue(MeterOptions.Json))
            return new WatchJson();
        var isScreen = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        return isScreen ? new WatchTerminal() : new WatchText(Console.Out);
    }

    private static IPEndPoint? EndPointOf(string? text)
    {
        if (text is null)
            return null;
        return IPEndPoint.TryParse(text, out var endPoint)
            ? endPoint
            : throw new UsageException($"--listen is '{text}': no address. Write for example 192.0.2.1:1162.");
    }
}
