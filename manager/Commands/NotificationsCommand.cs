using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Rtfm.Manager.Rendering;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Client.Notifications;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Transport;

namespace Rtfm.Manager.Commands;

/// <summary><c>notifications</c>: what meters, and anything else that speaks SNMP, tell of their own accord.</summary>
internal static class NotificationsCommand
{
    /// <summary>Starts of the engine are counted in seconds since then: more with each start, without a file to count in.</summary>
    private static readonly DateTimeOffset FirstStart = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Option<string[]> Listen = new("--listen")
    {
        Description = "Receive here (repeatable); the usual port is 162, which needs root",
        HelpName = "udp:ADDR:PORT",
        Required = true,
    };
    private static readonly Option<string?> Engine = new("--engine-id")
    {
        Description = "Name of the receiving engine, for senders of informs that must know it beforehand; a new one unless given",
        HelpName = "HEX",
    };

    public static Command Make()
    {
        var command = new Command(
            "notifications",
            """
            Receive traps and informs of SNMPv1, v2c and v3 and print each on a line, until Ctrl-C; with --json, as an object on a line.

            Only who is known is believed: the users of --credentials (repeatable), at the level that they say, and the community of -c.

            Examples:
              rtfm-manager notifications --listen udp:0.0.0.0:162 --listen udp:[::]:162 --credentials edge.conf --credentials core.conf
              rtfm-manager notifications --listen udp:127.0.0.1:1162 -c SECRET --json
            """
        )
        {
            Listen,
            Engine,
        };
        command.SetClientAction((arguments, _, token) => RunAsync(arguments, token));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var options = new NotificationReceiverOptions
        {
            Listen = [.. arguments.GetValue(Listen)!.Select(Address)],
            Credentials = MeterOptions.Senders(arguments),
            Identity = new EngineIdentity(
                EngineOf(arguments.GetValue(Engine)),
                (int)Math.Clamp((DateTimeOffset.UtcNow - FirstStart).TotalSeconds, 1, int.MaxValue - 1),
                TimeProvider.System
            ),
        };
        await using var receiver = Open(options);
        foreach (var endPoint in receiver.EndPoints)
            await Console.Error.WriteLineAsync($"listening on udp:{endPoint}").ConfigureAwait(false);
        var isJson = arguments.GetValue(MeterOptions.Json);
        try
        {
            await foreach (var notification in receiver.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                Console.WriteLine(isJson ? NotificationLine.Json(notification) : NotificationLine.Text(notification));
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how it ends.
        }
        var (_, accepted, dropped, refused, _, malformed) = receiver.Counters;
        await Console
            .Error.WriteLineAsync(
                $"{accepted} notifications; refused {refused} (wrong community, user, key, level or time), dropped {dropped}, malformed {malformed}"
            )
            .ConfigureAwait(false);
        return CommandLine.Done;
    }

    private static NotificationReceiver Open(NotificationReceiverOptions options)
    {
        try
        {
            return new NotificationReceiver(options);
        }
        catch (SocketException fault)
        {
            throw new UsageException($"--listen: {string.Join(", ", options.Listen)}: cannot listen there: {fault.Message}", fault);
        }
    }

    private static IPEndPoint Address(string text) =>
        TransportAddress.TryParse(text, out var address, out var complaint)
            ? address.EndPoint
            : throw new UsageException($"--listen is '{text}': {complaint}. Write udp:ADDRESS:PORT, for example udp:127.0.0.1:1162.");

    private static EngineId EngineOf(string? text)
    {
        if (text is null)
            return EngineId.Make();
        return EngineId.TryParse(text, out var engine)
            ? engine
            : throw new UsageException(
                $"--engine-id is '{text}': not 10 to 64 hexadecimal digits. Write for example 80001F8805 and digits of your own."
            );
    }
}
