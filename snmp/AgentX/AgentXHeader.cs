namespace Rtfm.Snmp.AgentX;

/// <summary>What every PDU begins with (RFC 2741 §6.1).</summary>
/// <param name="Flags">Bits; see the constants.</param>
/// <param name="PayloadLength">Octets that follow the header.</param>
internal readonly record struct AgentXHeader(AgentXType Type, byte Flags, uint SessionId, uint TransactionId, uint PacketId, uint PayloadLength)
{
    /// <summary>Octets of a header.</summary>
    public const int Length = 20;

    public const byte Version = 1;

    public const byte NonDefaultContext = 1 << 3;

    public const byte NetworkByteOrder = 1 << 4;

    /// <summary>Numbers are sent with the most significant octet first; else with the least.</summary>
    public bool IsNetworkByteOrder => (Flags & NetworkByteOrder) != 0;

    public bool HasContext => (Flags & NonDefaultContext) != 0;

    /// <param name="octets">At least <see cref="Length"/>.</param>
    /// <returns>False for another version of the protocol, or no PDU at all.</returns>
    public static bool TryRead(ReadOnlySpan<byte> octets, out AgentXHeader header)
    {
        var reader = new AgentXReader(octets[4..Length], (octets[2] & NetworkByteOrder) != 0);
        header = new((AgentXType)octets[1], octets[2], reader.Number(), reader.Number(), reader.Number(), reader.Number());
        return octets[0] == Version && header.Type is >= AgentXType.Open and <= AgentXType.Response && header.PayloadLength % 4 == 0;
    }
}
