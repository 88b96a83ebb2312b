using System.CommandLine;
using System.Globalization;
using Rtfm.Control;
using Rtfm.Manager.Rendering;
using Rtfm.Model;

namespace Rtfm.Manager.Commands;

/// <summary><c>flows</c>: what is in a meter's flow table right now.</summary>
internal static class FlowsCommand
{
    private static readonly FlowAttribute[] UsualAttributes =
    [
        FlowAttribute.SourcePeerAddress,
        FlowAttribute.SourceTransAddress,
        FlowAttribute.DestPeerAddress,
        FlowAttribute.DestTransAddress,
        FlowAttribute.SourceTransType,
        FlowAttribute.ToOctets,
        FlowAttribute.FromOctets,
        FlowAttribute.ToPdus,
        FlowAttribute.FromPdus,
    ];

    private static readonly Option<string?> Attributes = new("--attributes")
    {
        Description = "Attributes to show, separated by commas; addresses, ports, protocol and counters unless given",
        HelpName = "A,B,…",
    };
    private static readonly Option<string?> Since = new("--since")
    {
        Description = "Only flows active at or after this Uptime (hundredths of a second), or in the last 30s, 5m, 2h",
        HelpName = "T",
    };
    private static readonly Option<string?> RuleSet = new("--rule-set") { Description = "Only this rule set, by number or name", HelpName = "R" };
    private static readonly Option<int?> Top = new("--top") { Description = "Only the busiest N flows", HelpName = "N" };
    private static readonly Option<string?> By = new("--by")
    {
        Description = "The busiest first, by octets or by packets",
        HelpName = "octets|packets",
    };

    static FlowsCommand()
    {
        By.AcceptOnlyFromAmong("octets", "packets");
        Top.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1)
                result.AddError("--top takes a number from 1");
        });
    }

    public static Command Make()
    {
        var command = new Command(
            "flows",
            """
            Show the flows in a meter's flow table.

            Examples:
              rtfm-manager flows 192.0.2.1 --top 10
              rtfm-manager flows 192.0.2.1 --rule-set host-pairs --since 5m --attributes sourcePeerAddress,destPeerAddress,toOctets
            """
        )
        {
            MeterOptions.Target,
            Attributes,
            Since,
            RuleSet,
            Top,
            By,
        };
        command.SetMeterAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, Meter meter, CancellationToken cancellationToken)
    {
        var shown = ReadAttributes(arguments.GetValue(Attributes));
        var since = await SinceAsync(arguments.GetValue(Since), meter, cancellationToken).ConfigureAwait(false);
        var ruleSets = arguments.GetValue(RuleSet) is { } name
            ? [await meter.FindRuleSetAsync(name, cancellationToken).ConfigureAwait(false)]
            : await meter.RuleSetsAsync(cancellationToken).ConfigureAwait(false);
        var top = arguments.GetValue(Top);
        var byOctets = arguments.GetValue(By) != "packets";
        var reading = new FlowTableReading(meter, shown, top is { } most ? flows => FlowScreen.Busiest(flows, byOctets, most) : null);
        foreach (var ruleSet in ruleSets)
            await reading.ReadAsync((int)ruleSet.Index, since, cancellationToken).ConfigureAwait(false);

        IEnumerable<FlowRecord> chosen = reading.Flows;
        if (top is not null || arguments.GetValue(By) is not null)
            chosen = FlowScreen.Busiest(chosen, byOctets, top ?? int.MaxValue);
        Screen.Show(arguments, FlowScreen.Json(chosen, shown), FlowScreen.Sheet(chosen, shown));
        var rest = top < reading.Count ? $", the busiest {top} shown" : "";
        await Console.Error.WriteLineAsync($"{meter}: {reading.Count} flows{rest}").ConfigureAwait(false);
        return CommandLine.Done;
    }

    private static async Task<uint> SinceAsync(string? text, Meter meter, CancellationToken cancellationToken)
    {
        if (text is null)
            return 0;
        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var uptime))
            return uptime;
        var seconds = text.Length == 0 ? 0 : SecondsOf(text[^1]);
        if (seconds == 0 || !uint.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new UsageException($"--since is '{text}'. Write an Uptime in hundredths of a second, or 30s, 5m, 2h.");
        var now = await meter.UptimeAsync(cancellationToken).ConfigureAwait(false);
        return (uint)Math.Max(0, now.Hundredths - number * 100L * seconds);
    }

    private static int SecondsOf(char unit) =>
        unit switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            _ => 0,
        };

    private static FlowAttribute[] ReadAttributes(string? text)
    {
        if (text is null)
            return UsualAttributes;
        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length is 0 or > FlowTableReading.MaxShown)
            throw new UsageException($"--attributes has {names.Length} attributes. Name 1 to {FlowTableReading.MaxShown}.");
        return [.. names.Select(ReadAttribute).Distinct()];
    }

    private static FlowAttribute ReadAttribute(string name) =>
        FlowAttributes.Find(name) is { } info && info.Is(AttributeRoles.Package)
            ? info.Number
            : throw new UsageException($"--attributes has '{name}': no attribute of a flow. Examples: sourcePeerAddress, toOctets.");
}
