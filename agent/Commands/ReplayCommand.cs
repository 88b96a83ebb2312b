using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Packets;
using Rtfm.Model;
using Rtfm.Srl;

namespace Rtfm.Agent.Commands;

/// <summary><c>rtfm-agent replay</c>: meter capture files as fast as possible, without SNMP.</summary>
internal static class ReplayCommand
{
    private static readonly Argument<string[]> Files = new("FILE") { Description = "pcap or pcapng files", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string[]> RuleSetOption = new("--ruleset")
    {
        Description = "A program (.srl), a rule file, or the number of a built-in rule set (1); again for each further one",
        HelpName = "R",
        Required = true,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };
    private static readonly Option<string?> Attributes = new("--attributes")
    {
        Description = "Columns of the CSV: attribute names of RFC 2720, separated by commas",
        HelpName = "A,B,…",
    };
    private static readonly Option<string?> Flows = new("--flows")
    {
        Description = "Write the flows to this CSV file (-: standard output)",
        HelpName = "OUT.csv",
    };
    private static readonly Option<bool> Json = new("--json") { Description = "Report as JSON" };
    private static readonly Option<OctetLayer> Octets = new("--octets")
    {
        Description = "Which octets flows count (default network)",
        HelpName = "network|adjacent",
    };
    private static readonly Option<bool> Tunnels = new("--tunnels") { Description = "Look into tunnels, for rules that use the addresses inside" };
    private static readonly Option<int> MaxFlows = new("--max-flows")
    {
        Description = "The most flows kept (default 16000000)",
        HelpName = "N",
        DefaultValueFactory = _ => 16_000_000,
    };

    public static Command Make()
    {
        var command = new Command(
            "replay",
            """
            Meter capture files as fast as possible, without SNMP, and report.

            Example:
              rtfm-agent replay edge.pcap --ruleset docs/rulesets/five-tuple.srl --flows flows.csv
            """
        )
        {
            Files,
            RuleSetOption,
            Attributes,
            Flows,
            Json,
            Octets,
            Tunnels,
            MaxFlows,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult arguments)
    {
        try
        {
            RuleSet[] ruleSets = [.. arguments.GetValue(RuleSetOption)!.Select(ReadRuleSet)];
            if (ruleSets.Length > 1 && arguments.GetValue(Flows) is not null)
                throw new SettingsException("--flows goes with one --ruleset: its flows are written.");
            var columns = arguments.GetValue(Attributes) is { } names ? ReadColumns(names) : FlowCsv.ColumnsFor(ruleSets[0]);
            using var replay = new Metering.Replay(ruleSets, arguments.GetValue(Octets), arguments.GetValue(MaxFlows), arguments.GetValue(Tunnels));
            var clock = Stopwatch.StartNew();
            foreach (var path in arguments.GetValue(Files)!)
                replay.Read(path);
            clock.Stop();
            if (arguments.GetValue(Flows) is { } csv)
                FlowCsv.Write(csv, columns, replay.Runs[0].Flows);
            var report = ReplayReport.Of(replay, clock.Elapsed);
            Console.Out.Write(arguments.GetValue(Json) ? report.ToJson() : report.ToText());
            return 0;
        }
        catch (Exception fault) when (fault is CaptureException or SettingsException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(fault.Message);
            return fault is SettingsException ? 2 : 1;
        }
    }

    private static RuleSet ReadRuleSet(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number == RuleSet.BuiltInNumber
                ? RuleSet.BuiltIn
                : throw new SettingsException($"--ruleset is {number}: the only built-in rule set is {RuleSet.BuiltInNumber}.");
        }
        if (!File.Exists(text))
            throw new SettingsException($"--ruleset is '{text}': no such file. Give a rule file, or 1 for the built-in rule set.");
        var assembled = RuleSource.Read(text);
        foreach (var diagnostic in assembled.Diagnostics)
            Console.Error.WriteLine(diagnostic);
        return assembled.RuleSet ?? throw new SettingsException($"{text}: not a rule set, see above.");
    }

    private static FlowAttribute[] ReadColumns(string text)
    {
        return
        [
            .. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(name =>
                    FlowAttributes.Find(name) is { } info && info.Is(AttributeRoles.Package)
                        ? info.Number
                        : throw new SettingsException($"--attributes has '{name}': no attribute of a flow. Examples: sourcePeerAddress, toOctets.")
                ),
        ];
    }
}
