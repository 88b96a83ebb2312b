namespace Rtfm.Agent.Packets;

/// <summary>What a packet's match key lacks although the packet is metered: those attributes are zero. Counted by reason.</summary>
public enum PartialReason : byte
{
    /// <summary>A network protocol whose addresses the meter does not read (ARP, LLDP, IPX …).</summary>
    UnknownNetworkProtocol,

    /// <summary>The capture ends before the port numbers.</summary>
    TransportHeaderCutOff,

    /// <summary>The capture ends inside the IPv6 extension headers, or there are more of them than the meter follows.</summary>
    ExtensionHeadersCutOff,

    /// <summary>The IP header claims more octets than the frame had on the wire.</summary>
    LengthBeyondFrame,
}
