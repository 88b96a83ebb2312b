using Rtfm.Agent.Delay.Hashing;

namespace Rtfm.Agent.Delay;

/// <summary>What makes a packet's key. Two meters whose samples are to be compared have the same.</summary>
/// <param name="Function">Selects packets.</param>
/// <param name="Seed">Of both hashes: who does not know it cannot easily make packets that are samples, or avoid it (RFC 5475 §6.2.3).</param>
/// <param name="PayloadOctets">How many octets behind the IP header count: of the transport header, and of what follows it.</param>
public sealed record KeySettings(HashFunction Function = HashFunction.Bob, uint Seed = 0, int PayloadOctets = KeySettings.DefaultPayloadOctets)
{
    public const int DefaultPayloadOctets = 28;

    public const int MostPayloadOctets = 64;
}
