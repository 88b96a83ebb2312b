using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.Security;

/// <summary>Where a message came from.</summary>
/// <param name="address">The transport address in the system's form (sockaddr); empty where there is none, as in tests.</param>
/// <param name="transport">How it came.</param>
public readonly ref struct Requester(ReadOnlySpan<byte> address, TransportKind transport = TransportKind.Udp)
{
    public ReadOnlySpan<byte> Address { get; } = address;

    public TransportKind Transport { get; } = transport;
}
