namespace Rtfm.Bench.Traces;

/// <summary>All that decides what a generated trace holds: equal parameters make equal files.</summary>
public sealed record TraceParameters
{
    public required string Name { get; init; }

    public required long Packets { get; init; }

    /// <summary>Flows to draw from; with a flat distribution some are never drawn.</summary>
    public required int Flows { get; init; }

    /// <summary>The flow of rank r gets packets in proportion to 1/r^s; this is s.</summary>
    public required double ZipfExponent { get; init; }

    /// <summary>Percentage of clients that speak IPv6.</summary>
    public int Ipv6Percent { get; init; } = 25;

    /// <summary>Percentage of clients in a VLAN (802.1Q).</summary>
    public int VlanPercent { get; init; } = 20;

    public int CapturedLength { get; init; } = 96;

    public int PacketsPerSecond { get; init; } = 1_000_000;

    public ulong Seed { get; init; } = 2720;

    /// <summary>Changes when the generator writes something else for the same parameters.</summary>
    public int Generator { get; init; } = 1;

    /// <summary>A busy link at one place: most packets belong to few flows.</summary>
    public static TraceParameters A { get; } =
        new()
        {
            Name = "A",
            Packets = 10_000_000,
            Flows = 100_000,
            ZipfExponent = 1.05,
        };

    /// <summary>A backbone: many flows, few of them large, more than any cache holds.</summary>
    public static TraceParameters B { get; } =
        new()
        {
            Name = "B",
            Packets = 10_000_000,
            Flows = 1_000_000,
            ZipfExponent = 0.9,
        };

    /// <summary>To see what a flow takes: IPv4 alone, few packets for each.</summary>
    public static TraceParameters ManyFlows { get; } =
        new()
        {
            Name = "many-flows",
            Packets = 2_000_000,
            Flows = 1_000_000,
            ZipfExponent = 0,
            Ipv6Percent = 0,
        };
}
