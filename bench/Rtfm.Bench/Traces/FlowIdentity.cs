namespace Rtfm.Bench.Traces;

/// <summary>Who talks to whom in a flow; follows from its rank, so that no table of flows is needed.</summary>
/// <remarks>A client has eight flows with client ports of their own, at most one of them ICMP: no two flows have the same 5-tuple.</remarks>
internal readonly struct FlowIdentity
{
    private const int FlowsOfClient = 8;
    private static readonly ushort[] TcpPorts = [443, 443, 443, 443, 443, 443, 443, 443, 443, 443, 443, 80, 80, 22, 993, 8080];
    private static readonly ushort[] UdpPorts = [53, 53, 53, 53, 53, 53, 53, 443, 443, 443, 443, 443, 443, 443, 123, 3478];

    public FlowIdentity(int rank, TraceParameters parameters)
    {
        // A prime larger than any count of flows: each rank gets its own number, neighbours in rank get different clients.
        var number = (ulong)rank * 2_654_435_761 % (ulong)parameters.Flows;
        var hash = RandomNumbers.Mix(number ^ (parameters.Seed << 32));
        Client = (uint)(number / FlowsOfClient);
        var place = (uint)(number % FlowsOfClient);
        var clientHash = RandomNumbers.Mix(Client ^ (parameters.Seed << 40));
        IsIpv6 = clientHash % 100 < (ulong)parameters.Ipv6Percent;
        Vlan = (ushort)((clientHash >> 16) % 100 < (ulong)parameters.VlanPercent ? 100 + ((clientHash >> 32) & 15) : 0);
        // Squared, a few servers are popular.
        var popularity = (uint)hash & 0xFFFF;
        Server = popularity * popularity >> 16;
        Protocol = (place, (hash >> 16) % 100) switch
        {
            (0, < 24) => Transport.Icmp,
            (_, < 62) => Transport.Tcp,
            _ => Transport.Udp,
        };
        ClientPort = (ushort)(32_768 + (uint)((hash >> 32) % 3_500) * FlowsOfClient + place);
        var service = (hash >> 48) & 15;
        ServerPort = Protocol == Transport.Udp ? UdpPorts[service] : TcpPorts[service];
    }

    public bool IsIpv6 { get; }

    /// <summary>0: untagged.</summary>
    public ushort Vlan { get; }

    public Transport Protocol { get; }

    /// <summary>Number of the client, below 2^24.</summary>
    public uint Client { get; }

    /// <summary>Number of the server, below 2^16.</summary>
    public uint Server { get; }

    /// <summary>For ICMP the identifier of the echo.</summary>
    public ushort ClientPort { get; }

    public ushort ServerPort { get; }
}
