using System.Text.Json;
using System.Text.Json.Serialization;
using Rtfm.Bench.Meters;

namespace Rtfm.Bench.SnmpLoad;

/// <summary>One run of <c>bench snmp</c>.</summary>
internal sealed record LoadReport
{
    public required DateOnly Date { get; init; }

    public required Machine Machine { get; init; }

    /// <summary>Interfaces of this machine: rows of ifTable; a GETBULK goes on behind them.</summary>
    public required int Interfaces { get; init; }

    public required string? PeerVersion { get; init; }

    public required IReadOnlyList<LoadResult> Results { get; init; }

    /// <summary>False: an agent did not answer a test, or lost requests.</summary>
    public bool IsComplete => Results.All(result => result is { Answers: > 0, Bad: 0 });

    public string ToJson() => JsonSerializer.Serialize(this, LoadReportJson.Default.LoadReport) + "\n";
}

[JsonSerializable(typeof(LoadReport))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class LoadReportJson : JsonSerializerContext;
