using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rtfm.Snmp.Transport.Tls;

/// <summary>Names a certificate by a hash of its octets (RFC 6353 §7 SnmpTLSFingerprint). Written <c>sha256:AB:CD:…</c>, with or without the inner colons.</summary>
public readonly record struct Fingerprint(HashAlgorithmName Algorithm, string Hex)
{
    private static readonly (string Prefix, HashAlgorithmName Algorithm, int Length)[] Algorithms =
    [
        ("sha256:", HashAlgorithmName.SHA256, 32),
        ("sha384:", HashAlgorithmName.SHA384, 48),
        ("sha512:", HashAlgorithmName.SHA512, 64),
    ];

    /// <param name="complaint">What is wrong with the text, in a few words.</param>
    public static bool TryParse(string text, out Fingerprint fingerprint, [NotNullWhen(false)] out string? complaint)
    {
        fingerprint = default;
        var (prefix, algorithm, length) = Array.Find(Algorithms, each => text.StartsWith(each.Prefix, StringComparison.OrdinalIgnoreCase));
        if (prefix is null)
        {
            complaint = "it does not begin with sha256:, sha384: or sha512:";
            return false;
        }
        var hex = text[prefix.Length..].Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();
        if (Convert.FromHexString(hex, new byte[length], out _, out var octets) != OperationStatus.Done || octets != length)
        {
            complaint = $"it has not {length} octets in hexadecimal digits";
            return false;
        }
        complaint = null;
        fingerprint = new(algorithm, hex);
        return true;
    }

    public bool IsOf(X509Certificate2 certificate) => certificate.GetCertHashString(Algorithm) == Hex;
}
