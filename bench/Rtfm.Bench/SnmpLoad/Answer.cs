using System.Buffers.Binary;

namespace Rtfm.Bench.SnmpLoad;

/// <summary>A minimal look at messages, without the library: whose answer it is, whether it is good, how many varbinds it has.</summary>
internal static class Answer
{
    private const byte Response = 0xA2;
    private const int SecureVersion = 3;
    private const byte AuthPriv = 3;

    /// <summary>Where a message's id stands, which is to be overwritten with each request: its msgID in version 3, else its request-id. Four octets.</summary>
    public static int IdAt(ReadOnlySpan<byte> message)
    {
        var at = Content(message, 0);
        var isSecure = message[at + 2] == SecureVersion;
        at = Next(message, at);
        // Into the header of version 3, else over the community into the PDU.
        at = isSecure ? Content(message, at) : Content(message, Next(message, at));
        return Content(message, at);
    }

    /// <param name="id">Of the request that it answers.</param>
    /// <param name="varBinds">How many it has; 1 where they are encrypted.</param>
    /// <returns>False where it is a Report, says of an error, or is no message.</returns>
    public static bool TryRead(ReadOnlySpan<byte> message, out int id, out int varBinds)
    {
        (id, varBinds) = (0, 0);
        try
        {
            var at = Content(message, 0);
            var version = message[at + 2];
            at = Next(message, at);
            if (version == SecureVersion)
            {
                at = Content(message, at);
                id = BinaryPrimitives.ReadInt32BigEndian(message[Content(message, at)..]);
                var flags = Next(message, Next(message, at));
                varBinds = 1;
                return (message[Content(message, flags)] & AuthPriv) == AuthPriv;
            }
            at = Next(message, at);
            if (message[at] != Response)
                return false;
            at = Content(message, at);
            id = BinaryPrimitives.ReadInt32BigEndian(message[Content(message, at)..]);
            at = Next(message, at);
            var isGood = message[Content(message, at)] == 0;
            at = Next(message, Next(message, at));
            var end = Next(message, at);
            for (at = Content(message, at); at < end; at = Next(message, at))
                varBinds++;
            return isGood;
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }
        catch (IndexOutOfRangeException)
        {
            return false;
        }
    }

    private static int Content(ReadOnlySpan<byte> message, int at) => at + 2 + (message[at + 1] < 0x80 ? 0 : message[at + 1] & 0x7F);

    private static int Next(ReadOnlySpan<byte> message, int at)
    {
        int length = message[at + 1];
        var content = Content(message, at);
        if (length >= 0x80)
        {
            length = 0;
            for (var i = at + 2; i < content; i++)
                length = length << 8 | message[i];
        }
        return content + length;
    }
}
