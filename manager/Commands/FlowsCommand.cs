using System.CommandLine;
using System.Globalization;
using Rtfm.Manager.Control;
using Rtfm.Manager.Rendering;
using Rtfm.Model;

namespace Rtfm.Manager.Commands;

/// <summary><c>flows</c>: what is in a meter's flow table right now.</summary>
internal static class FlowsCommand
{
    private static readonly Option<string?> Attributes = new("--attributes")
    {
        Description = "Attributes to show, separated by commas",
        HelpName = "A,B,…",
    };
    private static readonly Option<string?> Since = new("--since")
    {
        Description = "Only flows active at or after this Uptime (hundredths of a second), or in the last 30s, 5m, 2h",
        HelpName = "T",
    };
    private static readonly Option<string?> RuleSet = new("--rule-set") { Description = "Only this rule set, by number or name", HelpName = "R" };
    private static readonly Option<int> Top = new("--top") { Description = "Only the busiest N flows", HelpName = "N" };
    private static readonly Option<string> By = new("--by")
    {
        Description = "Busiest by octets (default) or packets",
        DefaultValueFactory = _ => "octets",
    };

    static FlowsCommand() => By.AcceptOnlyFromAmong("octets", "packets");

    public static Command Make()
    {
        var command = new Command("flows", "Show the flows in a meter's flow table.")
        {
            MeterOptions.Target,
            Attributes,
            Since,
            RuleSet,
            Top,
            By,
            MeterOptions.Json,
        }.WithMeterOptions();
        command.SetAction((arguments, token) => MeterOptions.RunAsync(arguments, (meter, t) => RunAsync(arguments, meter, t), token));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, Meter meter, CancellationToken cancellationToken)
    {
        var shown = ReadAttributes(arguments.GetValue(Attributes));
        var since = await SinceAsync(arguments.GetValue(Since), meter, cancellationToken).ConfigureAwait(false);
        var ruleSets = arguments.GetValue(RuleSet) is { } name
            ? [await meter.FindRuleSetAsync(name, cancellationToken).ConfigureAwait(false)]
            : await meter.RuleSetsAsync(cancellationToken).ConfigureAwait(false);
        var flows = new List<FlowRecord>();
        foreach (var ruleSet in ruleSets)
            flows.AddRange(await new FlowTableReading(meter, shown).ReadAsync((int)ruleSet.Index, since, cancellationToken).ConfigureAwait(false));
        await Console.Error.WriteLineAsync($"{meter}: {flows.Count} flows").ConfigureAwait(false);

        IEnumerable<FlowRecord> chosen = flows;
        if (arguments.GetValue(Top) is > 0 and var top)
            chosen = flows.OrderByDescending(flow => Volume(flow, arguments.GetValue(By) == "octets")).Take(top);
        if (arguments.GetValue(MeterOptions.Json))
            Screen.Json(chosen.Select(flow => ToJson(flow, shown)));
        else
            Show(chosen, shown);
        return 0;
    }

    private static ulong Volume(FlowRecord flow, bool byOctets) =>
        byOctets
            ? flow.Number(FlowAttribute.ToOctets) + flow.Number(FlowAttribute.FromOctets)
            : flow.Number(FlowAttribute.ToPdus) + flow.Number(FlowAttribute.FromPdus);

    private static void Show(IEnumerable<FlowRecord> flows, IReadOnlyList<FlowAttribute> shown) =>
        Screen.Table(
            [">rule set", ">flow", .. shown.Select(Header)],
            flows.Select(flow =>
                (string[])
                    [
                        flow.RuleSet.ToString(CultureInfo.InvariantCulture),
                        flow.Index.ToString(CultureInfo.InvariantCulture),
                        .. shown.Select(attribute => flow.Text(attribute)),
                    ]
            )
        );

    private static string Header(FlowAttribute attribute)
    {
        var info = FlowAttributes.Get(attribute);
        var isNumber = FlowDataPackage.TagOf(attribute) != FlowDataPackage.OctetStringTag || info.Syntax == AttributeSyntax.TransportAddress;
        return (isNumber ? ">" : "") + info.Name;
    }

    private static Dictionary<string, object> ToJson(FlowRecord flow, IReadOnlyList<FlowAttribute> shown)
    {
        var json = new Dictionary<string, object> { ["ruleSet"] = flow.RuleSet, ["flowIndex"] = flow.Index };
        foreach (var attribute in shown)
        {
            var info = FlowAttributes.Get(attribute);
            json[info.Name] = FlowDataPackage.TagOf(attribute) == FlowDataPackage.OctetStringTag ? flow.Text(attribute) : flow.Number(attribute);
        }
        return json;
    }

    private static async Task<uint> SinceAsync(string? text, Meter meter, CancellationToken cancellationToken)
    {
        if (text is null)
            return 0;
        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var uptime))
            return uptime;
        var seconds = text[^1] switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            _ => 0,
        };
        if (seconds == 0 || !uint.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new FormatException($"--since is '{text}'. Write an Uptime in hundredths of a second, or 30s, 5m, 2h.");
        var status = await meter.Client.GetAsync(meter.Target, [new(1, 3, 6, 1, 2, 1, 1, 3, 0)], cancellationToken).ConfigureAwait(false);
        return (uint)Math.Max(0, (long)status[0].Value.Number - number * 100L * seconds);
    }

    private static FlowAttribute[] ReadAttributes(string? text)
    {
        if (text is null)
        {
            return
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
        }
        return
        [
            .. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(name =>
                    FlowAttributes.Find(name) is { } info && info.Is(AttributeRoles.Package)
                        ? info.Number
                        : throw new FormatException($"--attributes has '{name}': no attribute of a flow. Examples: sourcePeerAddress, toOctets.")
                ),
        ];
    }
}
