using System.Text.Json.Serialization;

namespace Rtfm.Bench.Traces;

[JsonSerializable(typeof(Trace))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class TraceJson : JsonSerializerContext;
