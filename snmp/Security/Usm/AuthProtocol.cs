// MD5 and SHA-1 are what RFC 3414 has; HMAC with them is not known to be broken.
#pragma warning disable CA5350, CA5351

using System.Security.Cryptography;

namespace Rtfm.Snmp.Security.Usm;

/// <summary>How a message proves who sent it (RFC 3414 §6, §7; RFC 7860).</summary>
public enum AuthProtocol
{
    None,
    HmacMd5,
    HmacSha1,
    HmacSha224,
    HmacSha256,
    HmacSha384,
    HmacSha512,
}

/// <summary>What the authentication protocols do and how long their parts are.</summary>
public static class AuthProtocols
{
    /// <summary>The longest digest there is.</summary>
    public const int LongestDigest = 64;

    /// <summary>Octets of the hash, which are also those of the key.</summary>
    public static int DigestLength(this AuthProtocol protocol) =>
        protocol switch
        {
            AuthProtocol.HmacMd5 => 16,
            AuthProtocol.HmacSha1 => 20,
            AuthProtocol.HmacSha224 => Sha224.HashLength,
            AuthProtocol.HmacSha256 => 32,
            AuthProtocol.HmacSha384 => 48,
            AuthProtocol.HmacSha512 => 64,
            _ => 0,
        };

    /// <summary>Octets of the digest that a message carries (msgAuthenticationParameters).</summary>
    public static int TagLength(this AuthProtocol protocol) =>
        protocol switch
        {
            AuthProtocol.HmacMd5 or AuthProtocol.HmacSha1 => 12,
            AuthProtocol.HmacSha224 => 16,
            AuthProtocol.HmacSha256 => 24,
            AuthProtocol.HmacSha384 => 32,
            AuthProtocol.HmacSha512 => 48,
            _ => 0,
        };

    /// <summary>What the platform calls the hash; null where it has none.</summary>
    internal static HashAlgorithmName? PlatformName(this AuthProtocol protocol) =>
        protocol switch
        {
            AuthProtocol.HmacMd5 => HashAlgorithmName.MD5,
            AuthProtocol.HmacSha1 => HashAlgorithmName.SHA1,
            AuthProtocol.HmacSha256 => HashAlgorithmName.SHA256,
            AuthProtocol.HmacSha384 => HashAlgorithmName.SHA384,
            AuthProtocol.HmacSha512 => HashAlgorithmName.SHA512,
            _ => null,
        };

    /// <summary>Hashes; <paramref name="digest"/> takes <see cref="DigestLength"/> octets.</summary>
    internal static void Hash(this AuthProtocol protocol, ReadOnlySpan<byte> source, Span<byte> digest)
    {
        switch (protocol)
        {
            case AuthProtocol.HmacMd5:
                MD5.HashData(source, digest);
                break;
            case AuthProtocol.HmacSha1:
                SHA1.HashData(source, digest);
                break;
            case AuthProtocol.HmacSha224:
                Sha224.HashData(source, digest);
                break;
            case AuthProtocol.HmacSha256:
                SHA256.HashData(source, digest);
                break;
            case AuthProtocol.HmacSha384:
                SHA384.HashData(source, digest);
                break;
            case AuthProtocol.HmacSha512:
                SHA512.HashData(source, digest);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(protocol));
        }
    }

    /// <summary>The whole HMAC of a message, of which it carries the first <see cref="TagLength"/> octets.</summary>
    internal static void Sign(this AuthProtocol protocol, ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> digest)
    {
        switch (protocol)
        {
            case AuthProtocol.HmacMd5:
                HMACMD5.HashData(key, message, digest);
                break;
            case AuthProtocol.HmacSha1:
                HMACSHA1.HashData(key, message, digest);
                break;
            case AuthProtocol.HmacSha224:
                Sha224.Hmac(key, message, digest);
                break;
            case AuthProtocol.HmacSha256:
                HMACSHA256.HashData(key, message, digest);
                break;
            case AuthProtocol.HmacSha384:
                HMACSHA384.HashData(key, message, digest);
                break;
            case AuthProtocol.HmacSha512:
                HMACSHA512.HashData(key, message, digest);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(protocol));
        }
    }
}
