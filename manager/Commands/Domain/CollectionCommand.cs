using System.CommandLine;
using Rtfm.Control;
using Rtfm.Manager.Rendering;

namespace Rtfm.Manager.Commands.Domain;

/// <summary><c>domain collection</c>: how the master collects the members' flows.</summary>
internal static class CollectionCommand
{
    private const string Nobody = "none";

    private static readonly Option<string?> Mode = new("--mode")
    {
        Description = "All members at the same time, or one after the other along a chain",
        HelpName = "parallel|serial",
    };
    private static readonly Option<uint?> Interval = new("--interval")
    {
        Description = "Seconds from one collection to the next, 1 to 86400",
        HelpName = "S",
    };
    private static readonly Option<string?> Push = new("--push")
    {
        Description = "Send flows to the meter reader there after each collection; 'none': readers come for them",
        HelpName = "HOST:PORT",
    };

    private static readonly Option<string?> Delays = new("--delays")
    {
        Description = "Who makes delay and loss of the members' samples: the master, or each member for what goes out there",
        HelpName = "master|distributed",
    };

    static CollectionCommand()
    {
        Delays.AcceptOnlyFromAmong("master", "distributed");
        Mode.AcceptOnlyFromAmong("parallel", "serial");
        Interval.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<uint?>() is < 1 or > 86_400)
                result.AddError("--interval takes seconds, from 1 to 86400");
        });
    }

    public static Command Make()
    {
        var command = new Command(
            "collection",
            """
            Show how the master collects the members' flows, and change what is given.

            Examples:
              rtfm-manager domain collection edge1
              rtfm-manager domain collection edge1 --mode serial --interval 30
              rtfm-manager domain collection edge1 --push 192.0.2.9:10162
              rtfm-manager domain collection edge1 --delays distributed
            """
        )
        {
            DomainAction.Target,
            Mode,
            Interval,
            Push,
            Delays,
        };
        command.SetDomainAction(
            async (arguments, _, view, token) =>
            {
                var (mode, interval, push) = (arguments.GetValue(Mode), arguments.GetValue(Interval), arguments.GetValue(Push));
                var delays = arguments.GetValue(Delays);
                if (mode is not null || interval is not null || push is not null || delays is not null)
                {
                    RemoveCommand.RequireMaster(view);
                    await view.Source.CollectAsync(mode, interval, push == Nobody ? "" : push, delays, token).ConfigureAwait(false);
                }
                var now =
                    await view.Source.CollectionAsync(token).ConfigureAwait(false)
                    ?? throw new MeterException($"{view.Source}: it does not tell how flows are collected (rtfmDomainCollection)");
                var to = now.PushTarget.Length > 0 ? $"are sent to {now.PushTarget}" : "are there for readers";
                var by = now.Delays switch
                {
                    "master" => "; delays are reckoned by the master",
                    "distributed" => "; delays are reckoned by the members",
                    _ => "",
                };
                Screen.Show(arguments, now, $"domain '{view.Name}': {now.Mode}, every {now.IntervalSeconds} s; flows {to}{by}");
                return CommandLine.Done;
            }
        );
        return command;
    }
}
