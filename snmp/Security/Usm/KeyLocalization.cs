using System.Security.Cryptography;

namespace Rtfm.Snmp.Security.Usm;

/// <summary>Makes an engine's own keys of a password: what one engine knows opens no other (RFC 3414 §2.6, appendix A.2).</summary>
public static class KeyLocalization
{
    /// <summary>Shorter ones are refused (RFC 3414 §11.2).</summary>
    public const int ShortestPassword = 8;

    private const int Expanded = 1_048_576;

    /// <summary>The key of a user before it is an engine's own; <see cref="AuthProtocols.DigestLength"/> octets.</summary>
    /// <exception cref="ArgumentException">The password is shorter than <see cref="ShortestPassword"/>.</exception>
    public static byte[] PasswordToKey(AuthProtocol protocol, ReadOnlySpan<byte> password)
    {
        if (password.Length < ShortestPassword)
            throw new ArgumentException($"a password of fewer than {ShortestPassword} characters", nameof(password));
        return Expand(protocol, password);
    }

    /// <summary>The authentication key of a user at one engine.</summary>
    public static byte[] Localize(AuthProtocol protocol, ReadOnlySpan<byte> key, ReadOnlySpan<byte> engineId)
    {
        Span<byte> both = stackalloc byte[2 * AuthProtocols.LongestDigest + 32];
        key.CopyTo(both);
        engineId.CopyTo(both[key.Length..]);
        key.CopyTo(both[(key.Length + engineId.Length)..]);
        var localized = new byte[protocol.DigestLength()];
        protocol.Hash(both[..(2 * key.Length + engineId.Length)], localized);
        CryptographicOperations.ZeroMemory(both);
        return localized;
    }

    /// <summary>The privacy key of a user at one engine: as an authentication key, cut short or lengthened to what the cipher needs.</summary>
    /// <param name="key">From <see cref="PasswordToKey"/>, with the user's authentication protocol.</param>
    public static byte[] LocalizePrivacy(AuthProtocol auth, PrivProtocol privacy, ReadOnlySpan<byte> key, ReadOnlySpan<byte> engineId)
    {
        var localized = Localize(auth, key, engineId);
        return privacy is PrivProtocol.Aes192Cisco or PrivProtocol.Aes256Cisco
            ? LengthenCisco(auth, localized, engineId, privacy.KeyLength())
            : Lengthen(auth, localized, privacy.KeyLength());
    }

    // draft-blumenthal-aes-usm-04 §3.1.2.1: the hash of all that there is, behind it.
    private static byte[] Lengthen(AuthProtocol auth, byte[] key, int length)
    {
        while (key.Length < length)
        {
            var more = new byte[auth.DigestLength()];
            auth.Hash(key, more);
            key = [.. key, .. more];
        }
        return key[..length];
    }

    // draft-reeder-snmpv3-usm-3desede-00 §2.1: the key is the password of what follows it.
    private static byte[] LengthenCisco(AuthProtocol auth, byte[] key, ReadOnlySpan<byte> engineId, int length)
    {
        var last = key;
        while (key.Length < length)
        {
            last = Localize(auth, Expand(auth, last), engineId);
            key = [.. key, .. last];
        }
        return key[..length];
    }

    /// <summary>The hash of the password, repeated to a mebioctet.</summary>
    private static byte[] Expand(AuthProtocol protocol, ReadOnlySpan<byte> password)
    {
        var repeated = new byte[Expanded];
        for (var at = 0; at < repeated.Length; at += password.Length)
            password[..Math.Min(password.Length, repeated.Length - at)].CopyTo(repeated.AsSpan(at));
        var key = new byte[protocol.DigestLength()];
        protocol.Hash(repeated, key);
        CryptographicOperations.ZeroMemory(repeated);
        return key;
    }
}
