namespace Rtfm.Agent.Metering;

/// <summary>An interface the meter captures at: a row of flowInterfaceTable.</summary>
/// <param name="IfIndex">Its number.</param>
/// <param name="Name">The interface or file, for people.</param>
public sealed record MeteringPoint(uint IfIndex, string Name)
{
    /// <summary>One packet in so many is metered, chosen at random; 1: all, 0: none (flowInterfaceSampleRate, AMB-13).</summary>
    public int SampleRate { get; init; } = 1;
}
