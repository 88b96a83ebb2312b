using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rtfm.Agent.Metering;
using Rtfm.Model;

namespace Rtfm.Agent.Commands;

/// <summary>What a replay found. Packets = Counted + Ignored + Unmatched + the sum of Unparsed + Lost, of the first rule set.</summary>
internal sealed record ReplayReport
{
    public required ulong Packets { get; init; }

    public required ulong Counted { get; init; }

    public required ulong Ignored { get; init; }

    public required ulong Unmatched { get; init; }

    /// <summary>Match attempts that ended since the rules are wrong; their packets are among the unmatched.</summary>
    public required ulong Faults { get; init; }

    /// <summary>Packets that went to no rule, by reason.</summary>
    public required SortedDictionary<string, ulong> Unparsed { get; init; }

    /// <summary>Packets of new flows that found the table full.</summary>
    public required ulong Lost { get; init; }

    /// <summary>Records of the files that could not be read; they are not packets.</summary>
    public required ulong Damaged { get; init; }

    public required int Flows { get; init; }

    public required double Seconds { get; init; }

    public required double PacketsPerSecond { get; init; }

    public required long PeakMemoryBytes { get; init; }

    /// <summary>Each rule set's share, where there are several.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RuleSetShare>? RuleSets { get; init; }

    public sealed record RuleSetShare(string Name, ulong Counted, ulong Ignored, ulong Unmatched, ulong Faults, ulong Lost, int Flows);

    public static ReplayReport Of(Replay replay, TimeSpan elapsed)
    {
        var unparsed = new SortedDictionary<string, ulong>(StringComparer.Ordinal);
        foreach (var (reason, packets, isPartial) in MeterStages.Reasons(replay.Processor.Parsed))
        {
            if (!isPartial && packets > 0)
                unparsed.Add(reason, packets);
        }
        var first = replay.Runs[0];
        using var process = Process.GetCurrentProcess();
        return new()
        {
            Packets = replay.Processor.Parsed.Packets,
            Counted = first.Counted,
            Ignored = first.Ignored,
            Unmatched = first.Unmatched,
            Faults = first.Faults,
            Unparsed = unparsed,
            Lost = first.Lost,
            Damaged = replay.Damaged,
            Flows = first.Flows.Count,
            Seconds = elapsed.TotalSeconds,
            PacketsPerSecond = replay.Processor.Parsed.Packets / Math.Max(elapsed.TotalSeconds, 1e-9),
            PeakMemoryBytes = process.PeakWorkingSet64,
            RuleSets = replay.Runs.Count == 1 ? null : [.. replay.Runs.Select(ShareOf)],
        };
    }

    private static RuleSetShare ShareOf(RunningRuleSet run) =>
        new(((RuleSet)run.Rules).Name, run.Counted, run.Ignored, run.Unmatched, run.Faults, run.Lost, run.Flows.Count);

    public string ToJson() => JsonSerializer.Serialize(this, ReplayReportJson.Default.ReplayReport) + "\n";

    public string ToText()
    {
        var text = new StringBuilder();
        Line("packets", Packets);
        Line("counted", Counted);
        Line("ignored", Ignored);
        Line("unmatched", Unmatched);
        if (Faults > 0)
            Line("faults of the rules", Faults);
        foreach (var (reason, packets) in Unparsed)
            Line($"unparsed, {reason}", packets);
        if (Lost > 0)
            Line("lost, flow table full", Lost);
        if (Damaged > 0)
            Line("damaged records", Damaged);
        Line("flows", (ulong)Flows);
        text.Append(CultureInfo.InvariantCulture, $"{"seconds", -32} {Seconds, 16:F3}\n");
        Line("packets per second", (ulong)PacketsPerSecond);
        Line("peak memory, octets", (ulong)PeakMemoryBytes);
        foreach (var share in RuleSets ?? [])
        {
            text.Append(CultureInfo.InvariantCulture, $"{share.Name}: {share.Counted:N0} counted, {share.Ignored:N0} ignored, ");
            text.Append(
                CultureInfo.InvariantCulture,
                $"{share.Unmatched:N0} unmatched, {share.Faults:N0} faults, {share.Lost:N0} lost, {share.Flows:N0} flows\n"
            );
        }
        return text.ToString();

        void Line(string name, ulong value) => text.Append(CultureInfo.InvariantCulture, $"{name, -32} {value, 16:N0}\n");
    }
}

[JsonSerializable(typeof(ReplayReport))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class ReplayReportJson : JsonSerializerContext;
