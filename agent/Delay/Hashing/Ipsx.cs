namespace Rtfm.Agent.Delay.Hashing;

/// <summary>The IP Shift-XOR hash function (RFC 5475 A.1).</summary>
internal static class Ipsx
{
    /// <summary>Hashes four words, as the RFC numbers them.</summary>
    /// <param name="identification">f1: identification and fragment.</param>
    /// <param name="source">f2.</param>
    /// <param name="dest">f3.</param>
    /// <param name="payload">f4: the second word behind the IP header.</param>
    /// <returns>All 32 bits; the function's own output is the lower 16.</returns>
    public static uint Hash(uint identification, uint source, uint dest, uint payload)
    {
        var first = identification ^ source;
        var second = dest ^ payload;
        return first << 8 ^ first >> 4 ^ first >> 12 ^ first >> 16 ^ second << 6 ^ second << 10 ^ second << 14 ^ second >> 7;
    }
}
