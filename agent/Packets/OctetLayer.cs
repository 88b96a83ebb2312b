namespace Rtfm.Agent.Packets;

/// <summary>Which octets flows count (AMB-32).</summary>
public enum OctetLayer
{
    /// <summary>Network-layer octets: the IP total length. The default, as NetFlow, IPFIX and bills have it.</summary>
    Network,

    /// <summary>The frame on the wire, without frame check sequence.</summary>
    Adjacent,
}
