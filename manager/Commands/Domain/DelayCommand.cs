using System.CommandLine;
using Rtfm.Control;
using Rtfm.Control.Domain;
using Rtfm.Manager.Rendering;
using Rtfm.Snmp.Client;
using Spectre.Console;

namespace Rtfm.Manager.Commands.Domain;

/// <summary><c>delay</c>: how long packets of a domain's flows took from edge to edge, and how many were lost.</summary>
internal static class DelayCommand
{
    private static readonly Argument<string[]> Flows = new("FLOW")
    {
        Description = "Only these flows: flow indexes, addresses, or ADDRESS:PORT; all unless given",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private static readonly Option<string> By = new("--by")
    {
        Description = "A row for each direction of a flow, or for each pair of edges",
        HelpName = "flow|edges",
        DefaultValueFactory = _ => "flow",
    };
    private static readonly Option<bool> Watch = new("--watch") { Description = "Show it again and again, until Ctrl-C" };
    private static readonly Option<double> Interval = new("--interval")
    {
        Description = "With --watch: seconds from one look to the next",
        HelpName = "S",
        DefaultValueFactory = _ => 5,
    };
    private static readonly Option<int?> Count = new("--count") { Description = "With --watch: look so often, then end", HelpName = "N" };

    static DelayCommand()
    {
        By.AcceptOnlyFromAmong("flow", "edges");
        Interval.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0.1 and <= 3_600))
                result.AddError("--interval takes seconds from 0.1 to 3600");
        });
    }

    public static Command Make()
    {
        var command = new Command(
            "delay",
            """
            Show one-way delay and loss of a domain's flows, from edge to edge, as its master has them from the packets that its members sample.

            Times are milliseconds, of the latest pairs; counts are of samples since the flow began. Loss is what part of the samples that had to arrive did not.
            Unknown: not found, but the exit may have missed it. ± error: the errors of both clocks. --json prints all that there is, in nanoseconds.

            Examples:
              rtfm-manager delay edge1,edge2 --credentials noc.conf
              rtfm-manager delay edge1 192.0.2.1 --watch
              rtfm-manager delay edge1 --by edges --json
            """
        )
        {
            DomainAction.Target,
            Flows,
            By,
            Watch,
            Interval,
            Count,
        };
        command.SetDomainAction(
            async (arguments, finder, view, token) =>
            {
                var delays = await DomainDelays.FindAsync(view, token).ConfigureAwait(false);
                if (arguments.GetValue(Watch))
                    return await WatchAsync(arguments, finder, delays, token).ConfigureAwait(false);
                var found = await ReadAsync(arguments, delays, token).ConfigureAwait(false);
                foreach (var each in (arguments.GetValue(Flows) ?? []).Where(name => !found.Any(flow => flow.Is(name))))
                    await Console
                        .Error.WriteLineAsync($"nothing is known of a flow '{each}'. Write a flow index, ADDRESS or ADDRESS:PORT.")
                        .ConfigureAwait(false);
                if (found.Count == 0 && arguments.GetValue(Flows) is not { Length: > 0 })
                    await Console
                        .Error.WriteLineAsync("nothing is known yet: results come two windows and a collection after the packets")
                        .ConfigureAwait(false);
                if (ByEdges(arguments))
                    Screen.Show(arguments, EdgeDelay.Of(found), SheetOf(arguments, found));
                else
                    Screen.Show(arguments, found, SheetOf(arguments, found));
                return CommandLine.Done;
            }
        );
        return command;
    }

    private static bool ByEdges(ParseResult arguments) => arguments.GetValue(By) == "edges";

    private static async Task<IReadOnlyList<FlowDelay>> ReadAsync(ParseResult arguments, DomainDelays delays, CancellationToken cancellationToken)
    {
        var all = await delays.ReadAsync(cancellationToken).ConfigureAwait(false);
        var wanted = arguments.GetValue(Flows) ?? [];
        return wanted.Length == 0 ? all : [.. all.Where(each => wanted.Any(each.Is))];
    }

    private static Sheet SheetOf(ParseResult arguments, IReadOnlyList<FlowDelay> found) =>
        ByEdges(arguments) ? DelayScreen.Edges(EdgeDelay.Of(found)) : DelayScreen.Flows(found);

    private static async Task<int> WatchAsync(ParseResult arguments, DomainFinder finder, DomainDelays delays, CancellationToken cancellationToken)
    {
        try
        {
            if (arguments.GetValue(MeterOptions.Json) || Console.IsOutputRedirected)
                await LookAsync(arguments, finder, delays, found => ShowLines(arguments, found), cancellationToken).ConfigureAwait(false);
            else
                await AnsiConsole
                    .Live(new Text(""))
                    .StartAsync(context =>
                        LookAsync(
                            arguments,
                            finder,
                            delays,
                            found => context.UpdateTarget(Screen.Table(SheetOf(arguments, found))),
                            cancellationToken
                        )
                    )
                    .ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how it ends.
        }
        return CommandLine.Done;
    }

    private static async Task LookAsync(
        ParseResult arguments,
        DomainFinder finder,
        DomainDelays delays,
        Action<IReadOnlyList<FlowDelay>> show,
        CancellationToken cancellationToken
    )
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(arguments.GetValue(Interval)));
        for (var i = 0; arguments.GetValue(Count) is not { } most || i < most; i++)
        {
            if (i > 0)
                await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                show(await ReadAsync(arguments, delays, cancellationToken).ConfigureAwait(false));
            }
            catch (Exception fault) when (fault is SnmpException or MeterException)
            {
                await Console.Error.WriteLineAsync(fault.Message).ConfigureAwait(false);
                delays = await FindAgainAsync(arguments, finder, delays, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Another may be master now.</summary>
    private static async Task<DomainDelays> FindAgainAsync(
        ParseResult arguments,
        DomainFinder finder,
        DomainDelays before,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var view = await finder.FindAsync(DomainAction.Addresses(arguments), cancellationToken).ConfigureAwait(false);
            return await DomainDelays.FindAsync(view, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is SnmpException or MeterException)
        {
            return before;
        }
    }

    private static void ShowLines(ParseResult arguments, IReadOnlyList<FlowDelay> found)
    {
        if (!arguments.GetValue(MeterOptions.Json))
            PlainText.Write([SheetOf(arguments, found)], Console.Out);
        else if (ByEdges(arguments))
            Screen.ShowLine(EdgeDelay.Of(found));
        else
            Screen.ShowLine(found);
    }
}
