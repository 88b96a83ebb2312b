namespace Rtfm.Model;

/// <summary>The kind of an adjacent (link) address (AdjacentType, RFC 2720 §4: mostly IANA's ifType).</summary>
public enum AdjacentType : byte
{
    Unknown = 0,
    Ip = 1,
    Nsap = 3,
    Ethernet = 7,
    TokenRing = 9,
    Ipx = 11,
    AppleTalk = 12,
    DecNet = 13,
    Fddi = 15,
}
