namespace Rtfm.Agent.Packets;

/// <summary>What a packet carries another one in (attribute tunnelType).</summary>
public enum TunnelType : byte
{
    None = 0,

    /// <summary>IPv4 or IPv6 directly within IP (protocols 4 and 41).</summary>
    IPInIP = 1,

    /// <summary>Generic routing encapsulation (RFC 2784, 2890).</summary>
    Gre = 2,

    /// <summary>VXLAN (RFC 7348).</summary>
    Vxlan = 3,
}
