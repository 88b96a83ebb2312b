namespace Rtfm.Bench.Meters;

/// <summary>What a meter says, or what it wrote, of the packets it counted; null: it cannot be told.</summary>
internal sealed record FlowCount(long? Packets, long? Flows);
