namespace Rtfm.Agent.Packets;

/// <summary>Why a packet could not be turned into a match key; it is counted by reason and goes to no rule set.</summary>
public enum UnparsedReason : byte
{
    None = 0,

    /// <summary>The file or interface has a link type the meter does not know.</summary>
    UnknownLinkType,

    /// <summary>The capture ends inside the link header, tags and labels included.</summary>
    LinkHeaderCutOff,

    /// <summary>More tags, labels or encapsulations than the meter follows.</summary>
    TooManyLinkHeaders,

    /// <summary>The capture ends inside the IPv4 or IPv6 header.</summary>
    NetworkHeaderCutOff,

    /// <summary>The network header contradicts itself: wrong version, header longer than the packet.</summary>
    NetworkHeaderMalformed,
}
