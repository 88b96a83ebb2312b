using System.Runtime.InteropServices;
using Rtfm.Agent.Packets;
using Rtfm.Model;

namespace Rtfm.Agent.Matching;

/// <summary>Where the matching engine finds an attribute's value.</summary>
internal enum FieldKind : byte
{
    /// <summary>Null: every test of it succeeds, and it stores nothing.</summary>
    None,

    /// <summary>Octets of the match key.</summary>
    Packet,

    /// <summary>A class or kind: what the rules pushed last (PME-21).</summary>
    Computed,

    /// <summary>The direction of the attempt (AMB-02).</summary>
    MatchingStoD,

    /// <summary>v1 to v5: the attribute whose number the variable holds.</summary>
    MeterVariable,

    /// <summary>Subscriber and session identifiers: packets have none, rules may push them.</summary>
    AlwaysZero,

    /// <summary>Built for the flow, not part of its key (RFC 2724); reads as zero.</summary>
    Statistic,
}

/// <summary>An attribute's place: kind, octets within a <see cref="MatchKey"/> for each direction, and slot in a flow key.</summary>
/// <param name="Offset">Within the match key at the first attempt.</param>
/// <param name="ReverseOffset">At the second: that of the other side's attribute (PME-02).</param>
/// <param name="Length">Octets; for an address the most there can be.</param>
/// <param name="Slot">Position in the canonical order of key attributes (<see cref="KeySlots"/>); -1 where it is never part of a key.</param>
internal readonly record struct AttributeField(FieldKind Kind, byte Offset, byte ReverseOffset, byte Length, sbyte Slot, bool IsMasked)
{
    private static readonly AttributeField Unknown = new(FieldKind.AlwaysZero, 0, 0, 0, -1, false);
    private static readonly AttributeField[] Fields = MakeFields();

    /// <summary>The attribute's place; numbers that no rule can select read as zero and store nothing.</summary>
    public static AttributeField Of(FlowAttribute attribute) => (int)attribute < Fields.Length ? Fields[(int)attribute] : Unknown;

    public byte OffsetOf(bool reversed) => reversed ? ReverseOffset : Offset;

    private static AttributeField[] MakeFields()
    {
        var fields = new AttributeField[(int)FlowAttributes.All[^1].Number + 1];
        Array.Fill(fields, Unknown);
        foreach (var info in FlowAttributes.All)
            fields[(int)info.Number] = Make(info);
        return fields;
    }

    private static AttributeField Make(AttributeInfo info)
    {
        switch (info.Number)
        {
            case FlowAttribute.Null:
                return new(FieldKind.None, 0, 0, 0, -1, false);
            case FlowAttribute.MatchingStoD:
                return new(FieldKind.MatchingStoD, 0, 0, 1, -1, false);
            case >= FlowAttribute.V1 and <= FlowAttribute.V5:
                return new(FieldKind.MeterVariable, 0, 0, 1, -1, false);
        }
        if (info.Is(AttributeRoles.Statistic))
            return new(FieldKind.Statistic, 0, 0, 0, -1, false);
        var slot = (sbyte)KeySlots.Of(info.Number);
        if (slot < 0)
            return Unknown;
        if (info.Is(AttributeRoles.Computed))
            return new(FieldKind.Computed, 0, 0, 1, slot, false);
        var offset = OffsetInKey(info.Number);
        return offset < 0
            ? new(FieldKind.AlwaysZero, 0, 0, (byte)info.Size, slot, false)
            : new(FieldKind.Packet, (byte)offset, (byte)OffsetInKey(info.Reverse), (byte)info.Size, slot, info.Is(AttributeRoles.Masked));
    }

    private static int OffsetInKey(FlowAttribute attribute) =>
        attribute switch
        {
            FlowAttribute.SourceInterface => At(nameof(MatchKey.Source), nameof(Endpoint.Interface)),
            FlowAttribute.SourceAdjacentType => At(nameof(MatchKey.Source), nameof(Endpoint.AdjacentType)),
            FlowAttribute.SourceAdjacentAddress => At(nameof(MatchKey.Source), nameof(Endpoint.AdjacentAddress)),
            FlowAttribute.SourcePeerType => At(nameof(MatchKey.Source), nameof(Endpoint.PeerType)),
            FlowAttribute.SourcePeerAddress => At(nameof(MatchKey.Source), nameof(Endpoint.PeerAddress)),
            FlowAttribute.SourceTransType => At(nameof(MatchKey.Source), nameof(Endpoint.TransType)),
            FlowAttribute.SourceTransAddress => At(nameof(MatchKey.Source), nameof(Endpoint.TransAddressHigh)),
            FlowAttribute.DestInterface => At(nameof(MatchKey.Dest), nameof(Endpoint.Interface)),
            FlowAttribute.DestAdjacentType => At(nameof(MatchKey.Dest), nameof(Endpoint.AdjacentType)),
            FlowAttribute.DestAdjacentAddress => At(nameof(MatchKey.Dest), nameof(Endpoint.AdjacentAddress)),
            FlowAttribute.DestPeerType => At(nameof(MatchKey.Dest), nameof(Endpoint.PeerType)),
            FlowAttribute.DestPeerAddress => At(nameof(MatchKey.Dest), nameof(Endpoint.PeerAddress)),
            FlowAttribute.DestTransType => At(nameof(MatchKey.Dest), nameof(Endpoint.TransType)),
            FlowAttribute.DestTransAddress => At(nameof(MatchKey.Dest), nameof(Endpoint.TransAddressHigh)),
            FlowAttribute.SourceInnerAddress => At(nameof(MatchKey.SourceInnerAddress)),
            FlowAttribute.DestInnerAddress => At(nameof(MatchKey.DestInnerAddress)),
            FlowAttribute.VlanId => At(nameof(MatchKey.VlanId)),
            FlowAttribute.MplsLabel => At(nameof(MatchKey.MplsLabel)),
            FlowAttribute.DSCodePoint => At(nameof(MatchKey.DSCodePoint)),
            FlowAttribute.Ecn => At(nameof(MatchKey.Ecn)),
            FlowAttribute.TimeToLive => At(nameof(MatchKey.TimeToLive)),
            FlowAttribute.FlowLabel => At(nameof(MatchKey.FlowLabel)),
            FlowAttribute.Fragment => At(nameof(MatchKey.Fragment)),
            FlowAttribute.TcpFlags => At(nameof(MatchKey.TcpFlags)),
            FlowAttribute.IcmpType => At(nameof(MatchKey.IcmpType)),
            FlowAttribute.IcmpCode => At(nameof(MatchKey.IcmpCode)),
            FlowAttribute.TunnelType => At(nameof(MatchKey.TunnelType)),
            FlowAttribute.TunnelId => At(nameof(MatchKey.TunnelId)),
            FlowAttribute.InnerPeerType => At(nameof(MatchKey.InnerPeerType)),
            _ => -1,
        };

    private static int At(string member) => (int)Marshal.OffsetOf<MatchKey>(member);

    private static int At(string side, string member) => At(side) + (int)Marshal.OffsetOf<Endpoint>(member);
}
