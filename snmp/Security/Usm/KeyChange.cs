namespace Rtfm.Snmp.Security.Usm;

/// <summary>A new key from an old one and a value that tells nothing to who has not the old one (RFC 3414 §5 KeyChange).</summary>
public static class KeyChange
{
    /// <param name="protocol">Whose hash is used: the user's authentication protocol, for privacy keys too.</param>
    /// <param name="change">As many random octets as the key has, then as many that make the difference.</param>
    /// <returns>False where the change has not twice the length of the key.</returns>
    public static bool TryApply(AuthProtocol protocol, ReadOnlySpan<byte> oldKey, ReadOnlySpan<byte> change, out byte[] newKey)
    {
        newKey = new byte[oldKey.Length];
        if (change.Length != 2 * oldKey.Length)
            return false;
        Mask(protocol, oldKey, change[..oldKey.Length], newKey);
        for (var i = 0; i < newKey.Length; i++)
            newKey[i] ^= change[oldKey.Length + i];
        return true;
    }

    /// <summary>The value that turns one key into another.</summary>
    /// <param name="random">As long as the keys.</param>
    public static byte[] Make(AuthProtocol protocol, ReadOnlySpan<byte> oldKey, ReadOnlySpan<byte> newKey, ReadOnlySpan<byte> random)
    {
        var change = new byte[2 * oldKey.Length];
        random.CopyTo(change);
        var difference = change.AsSpan(oldKey.Length);
        Mask(protocol, oldKey, random, difference);
        for (var i = 0; i < newKey.Length; i++)
            difference[i] ^= newKey[i];
        return change;
    }

    /// <summary>Hash of hash of the old key and the random octets, as long as the key is.</summary>
    private static void Mask(AuthProtocol protocol, ReadOnlySpan<byte> oldKey, ReadOnlySpan<byte> random, Span<byte> mask)
    {
        var digest = new byte[protocol.DigestLength()];
        ReadOnlySpan<byte> from = oldKey;
        for (var at = 0; at < mask.Length; at += digest.Length)
        {
            protocol.Hash([.. from, .. random], digest);
            digest.AsSpan(0, Math.Min(digest.Length, mask.Length - at)).CopyTo(mask[at..]);
            from = digest;
        }
    }
}
