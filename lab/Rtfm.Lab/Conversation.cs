using System.Net;

namespace Rtfm.Lab;

/// <summary>What one end of a conversation really sent and received: payload octets, and packets (UDP datagrams, TCP segments).</summary>
internal sealed class Conversation(string protocol, IPEndPoint local, IPEndPoint remote)
{
    public long SentPackets;
    public long SentPayload;
    public long ReceivedPackets;
    public long ReceivedPayload;

    public const string Header = "protocol,local,localPort,remote,remotePort,sentPackets,sentPayload,receivedPackets,receivedPayload";

    public override string ToString() =>
        FormattableString.Invariant(
            $"{protocol},{local.Address},{local.Port},{remote.Address},{remote.Port},{Volatile.Read(ref SentPackets)},{Volatile.Read(ref SentPayload)},{Volatile.Read(ref ReceivedPackets)},{Volatile.Read(ref ReceivedPayload)}"
        );
}
