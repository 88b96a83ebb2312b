namespace Rtfm.Model;

/// <summary>The kind of a peer (network) address (PeerType, RFC 2720 §4: the numbers are IANA's address families).</summary>
public enum PeerType : byte
{
    Unknown = 0,
    IPv4 = 1,
    IPv6 = 2,
    Nsap = 3,
    Ipx = 11,
    AppleTalk = 12,
    DecNet = 13,
}
