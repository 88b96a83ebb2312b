namespace Rtfm.Agent.Capture;

/// <summary>One packet of a batch. Its octets belong to the source and are valid until the batch is filled again.</summary>
/// <remarks>Wire length and captured length differ where the capture cut the packet off (snap length).</remarks>
public unsafe struct CapturedPacket
{
    /// <summary>When it was captured: nanoseconds since 1970.</summary>
    public long TimeNs;

    /// <summary>The captured octets, beginning at the link header.</summary>
    public byte* Data;

    /// <summary>How many octets were captured.</summary>
    public int CapturedLength;

    /// <summary>How many octets the packet had on the wire, link header included, without frame check sequence.</summary>
    public int WireLength;

    /// <summary>The ifIndex of the metering point it was seen at.</summary>
    public int Interface;

    public LinkType LinkType;

    /// <summary>Which way it went through the metering point, as far as the source knows and was asked for it.</summary>
    public PacketDirection Direction;

    /// <summary>The Ethernet type of a VLAN tag that the kernel took out of the frame; 0: it took none. <see cref="WireLength"/> counts the tag.</summary>
    public ushort VlanTpid;

    /// <summary>Priority and VLAN of that tag (IEEE 802.1Q TCI).</summary>
    public ushort VlanTci;

    /// <summary>Octets of a VLAN tag.</summary>
    public const int VlanTagLength = 4;

    public readonly ReadOnlySpan<byte> Captured => new(Data, CapturedLength);
}
