namespace Rtfm.Agent.Packets;

/// <summary>What parsing met, since the start. Written by the metering thread, read by any.</summary>
public sealed class ParseCounters
{
    private readonly ulong[] _unparsed = new ulong[Enum.GetValues<UnparsedReason>().Length];
    private readonly ulong[] _partial = new ulong[Enum.GetValues<PartialReason>().Length];

    /// <summary>Packets that came in.</summary>
    public ulong Packets { get; internal set; }

    /// <summary>Packets that went to no rule set.</summary>
    public ulong UnparsedPackets { get; private set; }

    public ulong this[UnparsedReason reason] => _unparsed[(int)reason];

    public ulong this[PartialReason reason] => _partial[(int)reason];

    /// <summary>Adds what another thread counts; what is unparsed is read before all packets, so that it is never more.</summary>
    internal void Add(ParseCounters other)
    {
        UnparsedPackets += other.UnparsedPackets;
        for (var i = 0; i < _unparsed.Length; i++)
            _unparsed[i] += other._unparsed[i];
        for (var i = 0; i < _partial.Length; i++)
            _partial[i] += other._partial[i];
        Packets += other.Packets;
    }

    internal void Count(UnparsedReason reason)
    {
        _unparsed[(int)reason]++;
        UnparsedPackets++;
    }

    internal void Count(PartialReason reason) => _partial[(int)reason]++;
}
