namespace Rtfm.Agent.Packets;

/// <summary>Transport headers: the port numbers of the protocols that have some. Others (ICMP, ESP, AH, GRE …) read as zero.</summary>
internal static class TransportLayer
{
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const byte Dccp = 33;
    private const byte Sctp = 132;
    private const byte UdpLite = 136;

    public static void ParsePorts(byte protocol, ReadOnlySpan<byte> network, int at, ref MatchKey key, ParseCounters counters)
    {
        if (protocol is not (Tcp or Udp or Dccp or Sctp or UdpLite))
            return;
        // All five begin with source and destination port.
        if (network.Length - at < 4)
        {
            counters.Count(PartialReason.TransportHeaderCutOff);
            return;
        }
        var ports = network.Slice(at, 4);
        key.Source.TransAddressHigh = ports[0];
        key.Source.TransAddressLow = ports[1];
        key.Dest.TransAddressHigh = ports[2];
        key.Dest.TransAddressLow = ports[3];
    }
}
