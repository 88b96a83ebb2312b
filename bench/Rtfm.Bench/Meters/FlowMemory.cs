namespace Rtfm.Bench.Meters;

/// <summary>What a flow record takes: the meter's own memory with many flows, less that with few, for each flow more.</summary>
internal sealed record FlowMemory(long Flows, double OctetsPerFlow);
