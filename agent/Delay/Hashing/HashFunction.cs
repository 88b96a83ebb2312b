namespace Rtfm.Agent.Delay.Hashing;

/// <summary>The function that selects packets (RFC 5475 §6.2.4.1). Values are those of rtfmDelayHashFunction.</summary>
public enum HashFunction
{
    /// <summary>What a meter has to have: every bit of the input matters to every bit of the hash.</summary>
    Bob = 1,

    /// <summary>Shifts of four words of the headers. Poor on IPv6 and on traffic between few hosts.</summary>
    Ipsx = 2,

    /// <summary>CRC-32, the seed behind the input.</summary>
    Crc = 3,
}
