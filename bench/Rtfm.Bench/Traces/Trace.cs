using System.Text.Json.Serialization;

namespace Rtfm.Bench.Traces;

/// <summary>A trace on disk and what is in it.</summary>
public sealed record Trace
{
    public required TraceParameters Parameters { get; init; }

    /// <summary>5-tuples in the file, both directions of one counted once.</summary>
    public required int Flows { get; init; }

    /// <summary>Length of the file.</summary>
    public required long FileOctets { get; init; }

    [JsonIgnore]
    public string Path { get; init; } = "";
}
