using Rtfm.Bench.Traces;

namespace Rtfm.Bench.Meters;

/// <summary>All meters on one trace, ours first.</summary>
internal sealed record TraceResult(Trace Trace, IReadOnlyList<MeterResult> Meters);
