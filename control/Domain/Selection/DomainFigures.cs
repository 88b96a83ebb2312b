namespace Rtfm.Control.Domain.Selection;

/// <summary>What a member says of itself (rtfmDomainFigures), and how fast it answered, which it cannot say of itself.</summary>
public sealed record DomainFigures
{
    /// <summary>Of all processors, in thousandths.</summary>
    public required uint CpuBusy { get; init; }

    public required uint Processors { get; init; }

    /// <summary>Sum over the interfaces that the meter captures at, in Mbit/s; 0: not known.</summary>
    public required uint InterfaceSpeed { get; init; }

    /// <summary>Packets metered in a second.</summary>
    public required uint PacketRate { get; init; }

    /// <summary>Packets that could be metered in a second; 0: not known yet.</summary>
    public required uint PacketCapacity { get; init; }

    /// <summary>Packets lost of a million.</summary>
    public required uint PacketLoss { get; init; }

    /// <summary>In MiB.</summary>
    public required uint MemoryTotal { get; init; }

    /// <summary>In MiB.</summary>
    public required uint MemoryFree { get; init; }

    /// <summary>Flow records that the table can hold.</summary>
    public required uint FlowCapacity { get; init; }

    /// <summary>Flow records that it can take more.</summary>
    public required uint FlowRoom { get; init; }

    /// <summary>From request to answer, as whoever asked has measured it.</summary>
    public required TimeSpan Answer { get; init; }
}
