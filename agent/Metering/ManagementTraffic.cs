using Rtfm.Agent.Packets;
using Rtfm.Snmp.Transport;

namespace Rtfm.Agent.Metering;

/// <summary>Recognises the meter's own SNMP traffic: what goes to or comes from an address it listens at.</summary>
public sealed class ManagementTraffic
{
    private const byte Tcp = 6;
    private const byte Udp = 17;

    private volatile (byte[] Address, ushort Port, byte Protocol)[] _endPoints = [];

    /// <param name="addresses">Where the meter listens; for a wildcard address, each address of the machine with that port.</param>
    public void Set(IEnumerable<TransportAddress> addresses)
    {
        var list = new List<(byte[], ushort, byte)>();
        foreach (var (kind, endPoint) in addresses)
            list.Add((endPoint.Address.GetAddressBytes(), (ushort)endPoint.Port, kind == TransportKind.Udp ? Udp : Tcp));
        _endPoints = [.. list];
    }

    public bool Includes(in MatchKey packet)
    {
        foreach (var (address, port, protocol) in _endPoints)
        {
            if (
                packet.Source.TransType == protocol
                && packet.PeerLength == address.Length
                && (IsAt(packet.Source, address, port) || IsAt(packet.Dest, address, port))
            )
                return true;
        }
        return false;
    }

    private static bool IsAt(in Endpoint endpoint, byte[] address, ushort port) =>
        endpoint.TransAddressHigh == port >> 8
        && endpoint.TransAddressLow == (byte)port
        && ((ReadOnlySpan<byte>)endpoint.PeerAddress)[..address.Length].SequenceEqual(address);
}
