using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rtfm.Snmp.Transport.Tls;

/// <summary>Names a certificate by a hash of its octets (RFC 6353 §7 SnmpTLSFingerprint). Written <c>sha256:AB:CD:…</c>, with or without the inner colons.</summary>
public readonly record struct Fingerprint(HashAlgorithmName Algorithm, string Hex)
{
    /// <summary>With the number of each hash in TLS (RFC 5246 §7.4.1.4.1 HashAlgorithm).</summary>
    private static readonly (string Prefix, HashAlgorithmName Algorithm, int Length, byte Number)[] Algorithms =
    [
        ("sha256:", HashAlgorithmName.SHA256, 32, 4),
        ("sha384:", HashAlgorithmName.SHA384, 48, 5),
        ("sha512:", HashAlgorithmName.SHA512, 64, 6),
    ];

    public static Fingerprint Of(X509Certificate2 certificate) =>
        new(HashAlgorithmName.SHA256, certificate.GetCertHashString(HashAlgorithmName.SHA256));

    /// <param name="complaint">What is wrong with the text, in a few words.</param>
    public static bool TryParse(string text, out Fingerprint fingerprint, [NotNullWhen(false)] out string? complaint)
    {
        fingerprint = default;
        var (prefix, algorithm, length, _) = Array.Find(Algorithms, each => text.StartsWith(each.Prefix, StringComparison.OrdinalIgnoreCase));
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

    /// <summary>As SNMP-TLS-TM-MIB has it: the number of the hash, one octet, then the hash.</summary>
    public byte[] ToOctets()
    {
        var algorithm = Algorithm;
        return [Array.Find(Algorithms, each => each.Algorithm == algorithm).Number, .. Convert.FromHexString(Hex)];
    }

    public bool IsOf(X509Certificate2 certificate) => certificate.GetCertHashString(Algorithm) == Hex;

    public override string ToString()
    {
        var algorithm = Algorithm;
        return Array.Find(Algorithms, each => each.Algorithm == algorithm).Prefix + Hex;
    }
}
