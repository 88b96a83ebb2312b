namespace Rtfm.Bench.Traces;

/// <summary>How far a flow has come: the next sequence number of each side, 0 before it has sent anything.</summary>
internal struct FlowProgress
{
    public uint FromClient;
    public uint FromServer;
}
