namespace Rtfm.Control;

/// <summary>An interface of a meter (flowInterfaceTable).</summary>
/// <param name="SampleRate">One packet in so many is counted; 0: none.</param>
public sealed record InterfaceRow(uint IfIndex, int SampleRate, uint LostPackets);
