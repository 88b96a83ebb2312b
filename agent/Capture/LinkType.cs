namespace Rtfm.Agent.Capture;

/// <summary>How a captured frame begins: the link types of pcap files that the meter parses. Any other number may occur and is counted, not parsed.</summary>
/// <remarks>Where a system's own number differs from the one in files (raw IP is 12, 14 or 101), the source hands over the number of the file format.</remarks>
public enum LinkType : ushort
{
    Null = 0,
    Ethernet = 1,
    Ppp = 9,
    Raw = 101,
    Loop = 108,
    LinuxSll = 113,
    PppoeSession = 51,
    IPv4 = 228,
    IPv6 = 229,
    LinuxSll2 = 276,
}
