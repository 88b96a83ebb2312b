using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json;
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

    /// <remarks>Written by hand: a serializer takes a fiftieth of a second to get ready, as much as 200,000 packets.</remarks>
    public string ToJson()
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("packets", Packets);
            json.WriteNumber("counted", Counted);
            json.WriteNumber("ignored", Ignored);
            json.WriteNumber("unmatched", Unmatched);
            json.WriteNumber("faults", Faults);
            json.WriteStartObject("unparsed");
            foreach (var (reason, packets) in Unparsed)
                json.WriteNumber(reason, packets);
            json.WriteEndObject();
            json.WriteNumber("lost", Lost);
            json.WriteNumber("damaged", Damaged);
            json.WriteNumber("flows", Flows);
            json.WriteNumber("seconds", Seconds);
            json.WriteNumber("packetsPerSecond", PacketsPerSecond);
            json.WriteNumber("peakMemoryBytes", PeakMemoryBytes);
            if (RuleSets is not null)
                WriteRuleSets(json, RuleSets);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + "\n";
    }

    private static void WriteRuleSets(Utf8JsonWriter json, IReadOnlyList<RuleSetShare> ruleSets)
    {
        json.WriteStartArray("ruleSets");
        foreach (var share in ruleSets)
        {
            json.WriteStartObject();
            json.WriteString("name", share.Name);
            json.WriteNumber("counted", share.Counted);
            json.WriteNumber("ignored", share.Ignored);
            json.WriteNumber("unmatched", share.Unmatched);
            json.WriteNumber("faults", share.Faults);
            json.WriteNumber("lost", share.Lost);
            json.WriteNumber("flows", share.Flows);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

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
