namespace Rtfm.Bench.Traces;

/// <summary>What a flow sends next: which way, how much, and for TCP where in the connection.</summary>
/// <remarks>No connection ends in a trace: meters for which a flow ends with it would count more flows.</remarks>
internal readonly ref struct NextPacket
{
    private const byte Syn = 0x02;
    private const byte Push = 0x08;
    private const byte Ack = 0x10;

    public NextPacket(in FlowIdentity flow, ref FlowProgress progress, ref RandomNumbers random)
    {
        var dice = random.Below(100);
        FromServer = progress.FromClient != 0 && (progress.FromServer == 0 || dice < 55);
        ref var own = ref FromServer ? ref progress.FromServer : ref progress.FromClient;
        var peer = FromServer ? progress.FromClient : progress.FromServer;
        if (own == 0)
        {
            own = 1 + random.Below(1 << 30);
            Flags = (byte)(FromServer ? Syn | Ack : Syn);
            PayloadLength = flow.Protocol == Transport.Tcp ? 0 : Length(flow, FromServer, ref random);
            Sequence = own;
            Acknowledged = peer;
            own++;
            return;
        }
        PayloadLength = Length(flow, FromServer, ref random);
        Flags = (byte)(PayloadLength > 0 ? Push | Ack : Ack);
        Sequence = own;
        Acknowledged = peer;
        own += flow.Protocol == Transport.Tcp ? (uint)PayloadLength : 1;
    }

    public bool FromServer { get; }

    /// <summary>Octets after the transport header.</summary>
    public int PayloadLength { get; }

    public byte Flags { get; }

    public uint Sequence { get; }

    public uint Acknowledged { get; }

    private static int Length(in FlowIdentity flow, bool fromServer, ref RandomNumbers random)
    {
        var dice = random.Below(100);
        return (flow.Protocol, flow.ServerPort, fromServer) switch
        {
            (Transport.Icmp, _, _) => 56,
            (Transport.Udp, 53, _) => 30 + (int)(fromServer ? dice * 2 : dice / 4),
            (Transport.Udp, 443, true) => dice < 80 ? 1_250 : 30 + (int)dice * 10,
            (Transport.Udp, _, _) => 30 + (int)dice / 2,
            // Data one way, acknowledgements and a few requests the other way.
            (Transport.Tcp, _, true) => dice < 75 ? 1_428 : 1 + (int)dice * 10,
            _ => dice < 75 ? 0 : 100 + (int)dice * 5,
        };
    }
}
