namespace Rtfm.Model.Delay;

/// <summary>When a meter saw one packet, under a key that another meter makes of the same packet (decision 0013; RFC 5475 §6.2).</summary>
/// <param name="TimeNs">Nanoseconds since 1970: the capture's timestamp, plus the offset that the meter's settings give its clock.</param>
/// <param name="Selection">The hash that decided whether the packet is a sample. Its lower six bits are not kept: they are 0 everywhere.</param>
/// <param name="Identity">An independent hash of the same octets.</param>
/// <param name="Level">The coarsest level in force since the sample before in that direction: what a level between them left out is nobody's loss.</param>
/// <param name="IsReverse">The packet went from the flow's dest to its source.</param>
public readonly record struct PacketSample(long TimeNs, uint Selection, uint Identity, byte Level, bool IsReverse)
{
    /// <summary>The coarsest level: one packet in 2^26. A finer look at the hash than its kept bits could not be repeated by who reads the sample.</summary>
    public const int MaxLevel = 26;

    /// <summary>The bits of <see cref="Selection"/> that are kept.</summary>
    public const uint SelectionMask = uint.MaxValue << (32 - MaxLevel);

    private const uint ReverseBit = 0x20;
    private const uint LevelMask = 0x1F;

    /// <summary>What tells packets apart: equal at all meters, whichever way the flow runs there.</summary>
    public ulong Key => (ulong)Selection << 32 | Identity;

    /// <summary>Selection, direction and level in 32 bits, as samples are kept and sent.</summary>
    public uint Packed => Pack(Selection, Level, IsReverse);

    /// <summary>The level to be expected is at most <see cref="MaxLevel"/>.</summary>
    public static uint Pack(uint selection, int level, bool isReverse) => selection & SelectionMask | (isReverse ? ReverseBit : 0) | (uint)level;

    /// <summary>The sample that <see cref="Packed"/> is of. Any 32 bits are of one; its level may be above <see cref="MaxLevel"/>.</summary>
    public static PacketSample FromPacked(long timeNs, uint packed, uint identity) =>
        new(timeNs, packed & SelectionMask, identity, (byte)(packed & LevelMask), (packed & ReverseBit) != 0);

    /// <summary>Whether a packet with that hash is a sample at that level: its first <paramref name="level"/> bits are 0. What a coarser level selects, each finer one does, too.</summary>
    /// <param name="level">0, every packet, to <see cref="MaxLevel"/>.</param>
    public static bool IsSelected(uint selection, int level) => (ulong)selection >> (32 - level) == 0;
}
