using System.Net;
using Rtfm.Agent.Packets;

namespace Rtfm.Agent.Metering;

/// <summary>Recognises the meter's own SNMP traffic: UDP to or from an address it listens at.</summary>
public sealed class ManagementTraffic
{
    private const byte Udp = 17;

    private volatile (byte[] Address, ushort Port)[] _endPoints = [];

    /// <param name="endPoints">Where the meter listens; for a wildcard address, each address of the machine with that port.</param>
    public void Set(IEnumerable<IPEndPoint> endPoints)
    {
        var list = new List<(byte[], ushort)>();
        foreach (var endPoint in endPoints)
            list.Add((endPoint.Address.GetAddressBytes(), (ushort)endPoint.Port));
        _endPoints = [.. list];
    }

    public bool Includes(in MatchKey packet)
    {
        if (packet.Source.TransType != Udp)
            return false;
        foreach (var (address, port) in _endPoints)
        {
            if (packet.PeerLength == address.Length && (IsAt(packet.Source, address, port) || IsAt(packet.Dest, address, port)))
                return true;
        }
        return false;
    }

    private static bool IsAt(in Endpoint endpoint, byte[] address, ushort port) =>
        endpoint.TransAddressHigh == port >> 8
        && endpoint.TransAddressLow == (byte)port
        && ((ReadOnlySpan<byte>)endpoint.PeerAddress)[..address.Length].SequenceEqual(address);
}
