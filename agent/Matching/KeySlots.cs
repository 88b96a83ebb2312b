using Rtfm.Model;

namespace Rtfm.Agent.Matching;

/// <summary>The canonical order of the attributes in a flow key: the source's, the dest's in the same order, then those without direction.</summary>
/// <remarks>Reversing a key (RFC 2722 §4.3; PME-02) is exchanging the first two parts.</remarks>
internal static class KeySlots
{
    /// <summary>Attributes on each side.</summary>
    public const int SideCount = 11;

    public const int Count = 2 * SideCount + 16;

    private static readonly FlowAttribute[] Attributes =
    [
        FlowAttribute.SourceInterface,
        FlowAttribute.SourceAdjacentType,
        FlowAttribute.SourceAdjacentAddress,
        FlowAttribute.SourcePeerType,
        FlowAttribute.SourcePeerAddress,
        FlowAttribute.SourceTransType,
        FlowAttribute.SourceTransAddress,
        FlowAttribute.SourceSubscriberId,
        FlowAttribute.SourceClass,
        FlowAttribute.SourceKind,
        FlowAttribute.SourceInnerAddress,
        FlowAttribute.DestInterface,
        FlowAttribute.DestAdjacentType,
        FlowAttribute.DestAdjacentAddress,
        FlowAttribute.DestPeerType,
        FlowAttribute.DestPeerAddress,
        FlowAttribute.DestTransType,
        FlowAttribute.DestTransAddress,
        FlowAttribute.DestSubscriberId,
        FlowAttribute.DestClass,
        FlowAttribute.DestKind,
        FlowAttribute.DestInnerAddress,
        FlowAttribute.FlowClass,
        FlowAttribute.FlowKind,
        FlowAttribute.SessionId,
        FlowAttribute.VlanId,
        FlowAttribute.MplsLabel,
        FlowAttribute.DSCodePoint,
        FlowAttribute.Ecn,
        FlowAttribute.TimeToLive,
        FlowAttribute.FlowLabel,
        FlowAttribute.Fragment,
        FlowAttribute.TcpFlags,
        FlowAttribute.IcmpType,
        FlowAttribute.IcmpCode,
        FlowAttribute.TunnelType,
        FlowAttribute.TunnelId,
        FlowAttribute.InnerPeerType,
    ];

    /// <summary>The slot of an attribute; -1 where it cannot be part of a key.</summary>
    public static int Of(FlowAttribute attribute) => Array.IndexOf(Attributes, attribute);

    /// <summary>The slot that changes places with this one when a key is reversed.</summary>
    public static int Reverse(int slot) =>
        slot < SideCount ? slot + SideCount
        : slot < 2 * SideCount ? slot - SideCount
        : slot;
}
