namespace Rtfm.Model;

/// <summary>Numbers in as few octets as they need: seven bits an octet, the lowest first, the top bit set in all octets but the last.</summary>
public static class VarInt
{
    /// <summary>No number takes more octets.</summary>
    public const int Longest = 10;

    private const int LastShift = 63;

    /// <returns>The octets written.</returns>
    public static int Put(Span<byte> octets, ulong number)
    {
        var at = 0;
        for (; number >= 0x80; number >>= 7)
            octets[at++] = (byte)(number | 0x80);
        octets[at++] = (byte)number;
        return at;
    }

    /// <summary>A number that may be negative: 0, −1, 1, −2, … are 0, 1, 2, 3, …</summary>
    /// <returns>The octets written.</returns>
    public static int PutSigned(Span<byte> octets, long number) => Put(octets, (ulong)(number << 1 ^ number >> 63));

    /// <summary>Takes a number from the front.</summary>
    /// <returns>False where there is none.</returns>
    public static bool TryTake(ref ReadOnlySpan<byte> octets, out ulong number)
    {
        number = 0;
        for (var (shift, at) = (0, 0); shift <= LastShift && at < octets.Length; shift += 7, at++)
        {
            var octet = octets[at];
            // Of the tenth octet one bit is left.
            if (shift == LastShift && octet > 1)
                return false;
            number |= (ulong)(octet & 0x7F) << shift;
            if (octet < 0x80)
            {
                octets = octets[(at + 1)..];
                return true;
            }
        }
        return false;
    }

    /// <inheritdoc cref="TryTake"/>
    public static bool TryTakeSigned(ref ReadOnlySpan<byte> octets, out long number)
    {
        var isThere = TryTake(ref octets, out var zigzag);
        number = (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
        return isThere;
    }
}
