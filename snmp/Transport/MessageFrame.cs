using Rtfm.Snmp.Ber;

namespace Rtfm.Snmp.Transport;

/// <summary>Finds where a message ends in a stream of octets: its own BER length says (RFC 3430 §2.1).</summary>
internal static class MessageFrame
{
    /// <summary>Too few octets to know.</summary>
    public const int NotYet = 0;

    /// <summary>No message begins so, or one longer than is taken: nobody can tell where the next one begins.</summary>
    public const int Lost = -1;

    /// <returns>The length of the message that <paramref name="octets"/> begin with, header included; or <see cref="NotYet"/>, <see cref="Lost"/>.</returns>
    public static int Length(ReadOnlySpan<byte> octets, int longest)
    {
        if (octets.IsEmpty)
            return NotYet;
        if (octets[0] != (byte)BerTag.Sequence)
            return Lost;
        if (octets.Length < 2)
            return NotYet;
        long length = octets[1];
        var header = 2;
        if (length >= 0x80)
        {
            // Longer than minimal is allowed, indefinite (0x80) is not (RFC 3417 §8).
            header += octets[1] & 0x7F;
            if (header is 2 or > 6)
                return Lost;
            if (octets.Length < header)
                return NotYet;
            length = 0;
            foreach (var octet in octets[2..header])
                length = length << 8 | octet;
        }
        return header + length <= longest ? (int)(header + length) : Lost;
    }
}
