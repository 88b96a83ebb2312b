using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rtfm.Testing;

/// <summary>Certificates made for a test, with keys.</summary>
public static class TestCertificates
{
    private static readonly DateTimeOffset Today = DateTimeOffset.UtcNow;

    /// <summary>One that vouches for itself.</summary>
    /// <param name="validDays">Until so many days from now; negative: it has been out of date for so long.</param>
    public static X509Certificate2 SelfSigned(string commonName, int validDays = 30)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Request(commonName, key, null, isAuthority: false).CreateSelfSigned(Today.AddDays(-100), Today.AddDays(validDays));
    }

    /// <summary>One that may vouch for others.</summary>
    public static X509Certificate2 Authority(string commonName)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Request(commonName, key, null, isAuthority: true).CreateSelfSigned(Today.AddDays(-100), Today.AddDays(30));
    }

    /// <summary>One that an authority vouches for.</summary>
    public static X509Certificate2 Issue(
        X509Certificate2 authority,
        string commonName,
        Action<SubjectAlternativeNameBuilder>? names = null,
        bool isAuthority = false
    )
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var serial = RandomNumberGenerator.GetBytes(8);
        using var certificate = Request(commonName, key, names, isAuthority).Create(authority, Today.AddDays(-99), Today.AddDays(29), serial);
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>Writes NAME.crt and NAME.key, the key for its owner only.</summary>
    /// <returns>The certificate.</returns>
    public static X509Certificate2 Write(X509Certificate2 certificate, string folder, string name)
    {
        File.WriteAllText(Path.Combine(folder, name + ".crt"), certificate.ExportCertificatePem());
        using var key = certificate.GetECDsaPrivateKey()!;
        var file = Path.Combine(folder, name + ".key");
        File.WriteAllText(file, key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return certificate;
    }

    public static string FingerprintOf(X509Certificate2 certificate) => "sha256:" + certificate.GetCertHashString(HashAlgorithmName.SHA256);

    private static CertificateRequest Request(string commonName, ECDsa key, Action<SubjectAlternativeNameBuilder>? names, bool isAuthority)
    {
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        if (names is not null)
        {
            var builder = new SubjectAlternativeNameBuilder();
            names(builder);
            request.CertificateExtensions.Add(builder.Build());
        }
        return request;
    }
}
