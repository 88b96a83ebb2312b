using System.Runtime.InteropServices;

namespace Rtfm.Agent.Flows;

/// <summary>A flow record without its key: one cache line (RFC 2722 §4.2).</summary>
/// <remarks>
/// <code>
///  0  Sequence  LastActive  FirstTime  Hash       4 octets each
/// 16  ToOctets  ToPdus  FromOctets  FromPdus      8 octets each
/// 48  Shape     number of the key's shape         2 octets
/// 50  InUse                                       1 octet
/// 51  free                                        13 octets
/// </code>
/// The key's octets lie in the block's key area, at the row's place.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct FlowEntry
{
    /// <summary>Even at rest, odd while the writer changes the row (see <see cref="FlowSet"/>).</summary>
    public uint Sequence;

    /// <summary>Uptime of the latest packet, in hundredths of a second.</summary>
    public uint LastActive;

    public uint FirstTime;

    public uint Hash;

    public ulong ToOctets;

    public ulong ToPdus;

    public ulong FromOctets;

    public ulong FromPdus;

    public ushort Shape;

    public byte InUse;
}
