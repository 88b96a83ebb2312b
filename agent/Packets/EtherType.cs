namespace Rtfm.Agent.Packets;

/// <summary>What follows a link header, in Ethernet's numbers, whatever the link was.</summary>
internal static class EtherType
{
    public const ushort Unknown = 0;
    public const ushort IPv4 = 0x0800;
    public const ushort IPv6 = 0x86DD;
    public const ushort DecNet = 0x6003;
    public const ushort AppleTalk = 0x809B;
    public const ushort Vlan = 0x8100;
    public const ushort Ipx = 0x8137;
    public const ushort IpxOld = 0x8138;
    public const ushort MplsUnicast = 0x8847;
    public const ushort MplsMulticast = 0x8848;
    public const ushort PppoeSession = 0x8864;
    public const ushort ProviderBridge = 0x88A8;
    public const ushort QinQOld1 = 0x9100;
    public const ushort QinQOld2 = 0x9200;
    public const ushort QinQOld3 = 0x9300;

    /// <summary>OSI network layer behind an LLC header; no Ethernet type, its SAPs stand in.</summary>
    public const ushort Osi = 0xFEFE;

    /// <summary>Smaller numbers in the type field are lengths: IEEE 802.3 with LLC.</summary>
    public const ushort Smallest = 0x0600;
}
