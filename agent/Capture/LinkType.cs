namespace Rtfm.Agent.Capture;

/// <summary>How a captured frame begins: the link types of pcap files that the meter parses. Any other number may occur and is counted, not parsed.</summary>
/// <remarks>Raw IP is 101 in files as they should be; 12 and 14 are what some systems wrote.</remarks>
public enum LinkType : ushort
{
    Null = 0,
    Ethernet = 1,
    Ppp = 9,
    RawBsd = 12,
    RawOpenBsd = 14,
    PppHdlc = 50,
    PppoeSession = 51,
    Raw = 101,
    CiscoHdlc = 104,
    Loop = 108,
    LinuxSll = 113,
    IPv4 = 228,
    IPv6 = 229,
    LinuxSll2 = 276,
}
