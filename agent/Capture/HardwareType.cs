namespace Rtfm.Agent.Capture;

/// <summary>What an interface is, as far as its packets begin differently: ARPHRD_ numbers of linux/if_arp.h.</summary>
internal enum HardwareType : ushort
{
    Ethernet = 1,
    RawIp = 519,
    Tunnel = 768,
    Loopback = 772,
    Sit = 776,

    /// <summary>No link header: tun devices, WireGuard.</summary>
    None = 0xFFFE,
}
