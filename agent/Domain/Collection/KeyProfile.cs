using Rtfm.Model;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>What many records' keys have in common: which attributes they have, how long these are, and the values of types, masks and classes. Kept once.</summary>
internal sealed class KeyProfile
{
    /// <summary>Set in the length of an attribute whose value is the record's own.</summary>
    private const byte OwnValue = 0x80;

    private readonly List<Part> _parts = [];

    /// <param name="Attribute">Of the attribute.</param>
    /// <param name="IsOwn">Its value is in the record, not here.</param>
    private readonly record struct Part(FlowAttribute Attribute, int Offset, int Length, bool IsOwn);

    /// <param name="octets">For each attribute that there is: number (two octets), length, and its value where it is not the record's own.</param>
    public KeyProfile(byte[] octets)
    {
        Octets = octets;
        var own = 0;
        for (var at = 0; at < octets.Length; )
        {
            var attribute = (FlowAttribute)(octets[at] << 8 | octets[at + 1]);
            var length = octets[at + 2] & ~OwnValue;
            var isOwn = (octets[at + 2] & OwnValue) != 0;
            at += 3;
            _parts.Add(new(attribute, isOwn ? own : at, length, isOwn));
            if (isOwn)
                own += length;
            else
                at += length;
        }
    }

    public byte[] Octets { get; }

    /// <summary>The attribute's value in a record; empty where it has none.</summary>
    /// <param name="own">The record's octets.</param>
    public ReadOnlySpan<byte> Find(FlowAttribute attribute, ReadOnlySpan<byte> own)
    {
        foreach (var part in _parts)
        {
            if (part.Attribute == attribute)
                return (part.IsOwn ? own : Octets).Slice(part.Offset, part.Length);
        }
        return [];
    }

    /// <summary>Writes an attribute's part.</summary>
    /// <returns>Its length.</returns>
    public static int Write(Span<byte> profile, FlowAttribute attribute, ReadOnlySpan<byte> value, bool isOwn)
    {
        (profile[0], profile[1]) = ((byte)((int)attribute >> 8), (byte)attribute);
        profile[2] = (byte)(isOwn ? value.Length | OwnValue : value.Length);
        if (isOwn)
            return 3;
        value.CopyTo(profile[3..]);
        return 3 + value.Length;
    }
}
