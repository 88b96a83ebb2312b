namespace Rtfm.Agent.Mib.Host;

/// <summary>What the kernel and /sys tell of an interface beside the counters: type, speed, hardware.</summary>
internal static class LinkTraits
{
    private const string Folder = "/sys/class/net";

    /// <summary>IANAifType of the interface.</summary>
    public static int TypeOf(Link link) =>
        link.Kind switch
        {
            "vlan" => 135, // l2vlan
            "bridge" => 209,
            "bond" or "team" => 161, // ieee8023adLag
            "tun" or "gre" or "gretap" or "ip6gre" or "ipip" or "sit" or "vxlan" or "geneve" or "wireguard" or "vti" or "vti6" => 131, // tunnel
            _ => TypeOf(link.HardwareType, link.Name),
        };

    /// <summary>Mbit/s, 0 where unknown.</summary>
    public static uint SpeedOf(string name)
    {
        try
        {
            // -1 is what some drivers say while they do not know.
            return int.TryParse(File.ReadAllText($"{Folder}/{name}/speed"), out var megabits) && megabits > 0 ? (uint)megabits : 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return 0; // the interface is down, has no speed, or is gone
        }
    }

    public static bool HasDevice(string name) => Directory.Exists($"{Folder}/{name}/device");

    private static int TypeOf(int hardware, string name) =>
        hardware switch
        {
            1 when Directory.Exists($"{Folder}/{name}/phy80211") => 71, // ieee80211
            1 => 6, // ethernetCsmacd
            772 => 24, // softwareLoopback
            512 => 23, // ppp
            256 or 257 or 258 or 259 => 28, // slip
            32 => 199, // infiniband
            513 => 118, // hdlc
            770 => 32, // frameRelay
            774 => 15, // fddi
            801 or 802 or 803 => 71, // ieee80211
            768 or 769 or 776 or 778 or 823 => 131, // tunnel
            _ => 1, // other
        };
}
