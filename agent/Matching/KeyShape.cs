namespace Rtfm.Agent.Matching;

/// <summary>Which attributes a flow key holds, how long each is, and under which masks: all of the key but the values.</summary>
/// <remarks>
/// A rule set makes few shapes and many keys, so a key stores its values only; an IPv4 5-tuple takes 16 octets. Attributes that are zero without a mask
/// are left out, hence "pushed as zero" and "never pushed" are one key (PME-13), while the same values under other masks are another (PME-01).
/// </remarks>
public sealed class KeyShape
{
    private readonly short[] _offsets = new short[KeySlots.Count];
    private readonly byte[] _lengths = new byte[KeySlots.Count];
    private readonly byte[]?[] _masks = new byte[KeySlots.Count][];

    internal KeyShape(int id, ReadOnlySpan<byte> descriptor)
    {
        Id = id;
        Reversed = this;
        Descriptor = descriptor.ToArray();
        _offsets.AsSpan().Fill(-1);
        var length = 0;
        for (var at = 0; at < descriptor.Length; )
        {
            int slot = descriptor[at] & 0x7F;
            var isMasked = descriptor[at] >= 0x80;
            int octets = descriptor[at + 1];
            at += 2;
            _offsets[slot] = (short)length;
            _lengths[slot] = (byte)octets;
            length += octets;
            if (isMasked)
            {
                _masks[slot] = descriptor.Slice(at, octets).ToArray();
                at += octets;
            }
            if (slot < KeySlots.SideCount)
                SourceLength = length;
            else if (slot < 2 * KeySlots.SideCount)
                DestLength = length - SourceLength;
        }
        Length = length;
        if (SourceLength == DestLength && Length == 2 * SourceLength)
            SideLength = SourceLength;
    }

    /// <summary>Its number within the rule set.</summary>
    public int Id { get; }

    /// <summary>Octets of values, all, those of the source's part, those of the dest's.</summary>
    public int Length { get; }

    internal int SourceLength { get; }

    internal int DestLength { get; }

    /// <summary>The shape of the reversed key (PME-02); itself where both sides are alike.</summary>
    internal KeyShape Reversed { get; set; }

    /// <summary>One number for the shape and its reverse.</summary>
    internal int PairNumber => Math.Min(Id, Reversed.Id);

    /// <summary>Octets of each side where the key is two sides alike and nothing else, as a 5-tuple is: 8 with IPv4, 20 with IPv6; 0 otherwise.</summary>
    internal int SideLength { get; }

    /// <summary>True where the key is one word for each side and nothing else: an IPv4 5-tuple.</summary>
    internal bool IsTwoWords => SideLength == sizeof(ulong);

    /// <summary>Slot, length and mask of each attribute, in slot order; the top bit of a slot says that a mask follows.</summary>
    internal byte[] Descriptor { get; }

    /// <summary>Where the slot's value lies among the key's octets.</summary>
    /// <returns>False where the key has none.</returns>
    internal bool TryFind(int slot, out int offset, out int length)
    {
        (offset, length) = (_offsets[slot], _lengths[slot]);
        return offset >= 0;
    }

    /// <summary>The slot's mask; empty where it has none.</summary>
    internal ReadOnlySpan<byte> Mask(int slot) => _masks[slot];

    /// <summary>Octets of the slot's value; 0 where the key has none.</summary>
    internal int LengthOf(int slot) => _lengths[slot];

    /// <summary>Describes the reversed key: the first two parts exchanged, each attribute in the other side's slot.</summary>
    internal static void Reverse(ReadOnlySpan<byte> descriptor, Span<byte> reversed)
    {
        // Where each slot's description lies.
        Span<int> starts = stackalloc int[KeySlots.Count];
        starts.Fill(-1);
        for (var at = 0; at < descriptor.Length; at += LengthAt(descriptor, at))
            starts[descriptor[at] & 0x7F] = at;
        var used = 0;
        for (var slot = 0; slot < KeySlots.Count; slot++)
        {
            var start = starts[KeySlots.Reverse(slot)];
            if (start < 0)
                continue;
            var length = LengthAt(descriptor, start);
            descriptor.Slice(start, length).CopyTo(reversed[used..]);
            reversed[used] = (byte)(slot | (descriptor[start] & 0x80));
            used += length;
        }
    }

    /// <summary>Octets of one slot's description: slot, length, and the mask where there is one.</summary>
    private static int LengthAt(ReadOnlySpan<byte> descriptor, int at) => 2 + (descriptor[at] >= 0x80 ? descriptor[at + 1] : 0);
}
