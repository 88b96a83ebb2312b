using Rtfm.Model;

namespace Rtfm.Agent.Matching;

/// <summary>Where the matching engine finds an attribute's value.</summary>
internal enum FieldKind : byte
{
    /// <summary>Null: every test of it succeeds, and it stores nothing.</summary>
    None,

    /// <summary>Octets of one side of the match key.</summary>
    Packet,

    /// <summary>A class or kind: what the rules pushed last (PME-21).</summary>
    Computed,

    /// <summary>The direction of the attempt (AMB-02).</summary>
    MatchingStoD,

    /// <summary>v1 to v5: the attribute whose number the variable holds.</summary>
    MeterVariable,

    /// <summary>Subscriber and session identifiers: packets have none, rules may push them.</summary>
    AlwaysZero,
}

/// <summary>An attribute's place: kind, octets within an <see cref="Packets.Endpoint"/>, side, and slot in a flow key.</summary>
/// <param name="Slot">Position in the canonical order of key attributes (<see cref="KeySlots"/>); -1 where it is never part of a key.</param>
internal readonly record struct AttributeField(FieldKind Kind, byte Offset, byte Length, bool IsDest, sbyte Slot, bool IsMasked)
{
    private static readonly AttributeField[] Fields = MakeFields();

    /// <summary>The attribute's place; numbers that no rule can select read as zero and store nothing.</summary>
    public static AttributeField Of(FlowAttribute attribute) =>
        (int)attribute < Fields.Length ? Fields[(int)attribute] : new(FieldKind.AlwaysZero, 0, 0, false, -1, false);

    private static AttributeField[] MakeFields()
    {
        var fields = new AttributeField[(int)FlowAttribute.V5 + 1];
        for (var i = 0; i < fields.Length; i++)
        {
            var attribute = (FlowAttribute)i;
            fields[i] = attribute switch
            {
                FlowAttribute.Null => new(FieldKind.None, 0, 0, false, -1, false),
                FlowAttribute.MatchingStoD => new(FieldKind.MatchingStoD, 0, 1, false, -1, false),
                >= FlowAttribute.V1 and <= FlowAttribute.V5 => new(FieldKind.MeterVariable, 0, 1, false, -1, false),
                _ => OfKeyAttribute(attribute),
            };
        }
        return fields;
    }

    private static AttributeField OfKeyAttribute(FlowAttribute attribute)
    {
        var slot = KeySlots.Of(attribute);
        var isDest = slot is >= KeySlots.SideCount and < 2 * KeySlots.SideCount;
        var info = FlowAttributes.Find(attribute);
        if (slot < 0 || info is null)
            return new(FieldKind.AlwaysZero, 0, 0, false, -1, false);
        if (info.Is(AttributeRoles.Computed))
            return new(FieldKind.Computed, 0, 1, isDest, (sbyte)slot, false);
        // Offsets within Endpoint.
        var (offset, length) = (isDest ? info.Reverse : attribute) switch
        {
            FlowAttribute.SourcePeerAddress => (0, 20),
            FlowAttribute.SourceAdjacentAddress => (20, 6),
            FlowAttribute.SourceTransAddress => (26, 2),
            FlowAttribute.SourceInterface => (28, 1),
            FlowAttribute.SourceAdjacentType => (29, 1),
            FlowAttribute.SourcePeerType => (30, 1),
            FlowAttribute.SourceTransType => (31, 1),
            _ => (-1, info.Size),
        };
        return offset < 0
            ? new(FieldKind.AlwaysZero, 0, (byte)length, isDest, (sbyte)slot, false)
            : new(FieldKind.Packet, (byte)offset, (byte)length, isDest, (sbyte)slot, info.Is(AttributeRoles.Masked));
    }
}
