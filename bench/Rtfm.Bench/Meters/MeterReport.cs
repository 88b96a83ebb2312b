using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rtfm.Bench.Meters;

/// <summary>One run of <c>bench meter</c>.</summary>
internal sealed record MeterReport
{
    public required DateOnly Date { get; init; }

    public required Machine Machine { get; init; }

    public required int Runs { get; init; }

    public required IReadOnlyList<TraceResult> Traces { get; init; }

    public required FlowMemory? FlowMemory { get; init; }

    /// <summary>False: a meter failed in a run, or did not count all packets.</summary>
    public required bool IsComplete { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, MeterReportJson.Default.MeterReport) + "\n";
}

[JsonSerializable(typeof(MeterReport))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class MeterReportJson : JsonSerializerContext;
