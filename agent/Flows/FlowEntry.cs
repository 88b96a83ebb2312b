using System.Runtime.InteropServices;

namespace Rtfm.Agent.Flows;

/// <summary>A flow record (RFC 2722 §4.2). The octets of its key follow it: with an IPv4 5-tuple it is one cache line.</summary>
/// <remarks>
/// <code>
///  0  Sequence  LastActive  FirstTime              4 octets each
/// 12  ShapeNumber  2 octets;  ToTcpFlags  FromTcpFlags  1 octet each
/// 16  To  From            octets and PDUs, 8 octets each
/// 48  the key, zero beyond its length
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = KeyOffset)]
internal struct FlowEntry
{
    public const int KeyOffset = 48;

    /// <summary>Even at rest, odd while the writer changes the row (see <see cref="FlowSet"/>).</summary>
    public uint Sequence;

    /// <summary>Uptime of the latest packet, in hundredths of a second.</summary>
    public uint LastActive;

    public uint FirstTime;

    /// <summary>The number of the key's shape, plus 1; 0 while the row is free.</summary>
    public ushort ShapeNumber;

    /// <summary>TCP flags of all packets from source to dest.</summary>
    public byte ToTcpFlags;

    public byte FromTcpFlags;

    /// <summary>From source to dest.</summary>
    public WayCounters To;

    /// <summary>From dest to source.</summary>
    public WayCounters From;
}

/// <summary>What went one way.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct WayCounters
{
    public ulong Octets;

    public ulong Pdus;
}
