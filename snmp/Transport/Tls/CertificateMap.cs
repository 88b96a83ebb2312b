using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Rtfm.Snmp.Transport.Tls;

/// <summary>Where the security name of a certificate's owner comes from (RFC 6353 §7 snmpTlstmCertToTSNMIdentities).</summary>
public enum CertificateMapType
{
    /// <summary>The row says it.</summary>
    Specified,

    /// <summary>The certificate's mail address (subjectAltName rfc822Name), its host in small letters.</summary>
    SanRfc822Name,

    /// <summary>The certificate's host name (subjectAltName dNSName), in small letters.</summary>
    SanDnsName,

    /// <summary>The certificate's address (subjectAltName iPAddress): dotted, or 32 hexadecimal digits.</summary>
    SanIpAddress,

    /// <summary>The first of these that the certificate has.</summary>
    SanAny,

    /// <summary>The CommonName of the certificate's subject; deprecated.</summary>
    CommonName,
}

/// <summary>Which certificates stand for whom (RFC 6353 §7 snmpTlstmCertToTSNTable). Rows are tried in their order.</summary>
public sealed class CertificateMap(IReadOnlyList<CertificateMap.Row> rows)
{
    /// <summary>What access control takes (RFC 3415), in octets.</summary>
    private const int LongestName = 32;

    /// <param name="Fingerprint">Of a peer's certificate, or of a trusted one on the way to it.</param>
    /// <param name="SecurityName">For <see cref="CertificateMapType.Specified"/>.</param>
    public sealed record Row(Fingerprint Fingerprint, CertificateMapType Type, string SecurityName);

    public IReadOnlyList<Row> Rows => rows;

    /// <summary>Whether a row names the certificate itself, which needs no other trust then.</summary>
    public bool IsNamed(X509Certificate2 certificate)
    {
        foreach (var row in rows)
        {
            if (row.Fingerprint.IsOf(certificate))
                return true;
        }
        return false;
    }

    /// <param name="certificate">The peer's.</param>
    /// <param name="path">The trusted certificates that vouch for it; empty where none does.</param>
    /// <returns>Null where the certificate stands for nobody.</returns>
    public string? FindName(X509Certificate2 certificate, IReadOnlyList<X509Certificate2> path)
    {
        foreach (var row in rows)
        {
            if (!row.Fingerprint.IsOf(certificate) && !Contains(path, row.Fingerprint))
                continue;
            var name = row.Type == CertificateMapType.Specified ? row.SecurityName : NameIn(certificate, row.Type);
            if (name is { Length: > 0 } && Encoding.UTF8.GetByteCount(name) <= LongestName)
                return name;
        }
        return null;
    }

    private static bool Contains(IReadOnlyList<X509Certificate2> path, Fingerprint fingerprint)
    {
        foreach (var each in path)
        {
            if (fingerprint.IsOf(each))
                return true;
        }
        return false;
    }

    private static string? NameIn(X509Certificate2 certificate, CertificateMapType type)
    {
        if (type == CertificateMapType.CommonName)
            return CommonNameOf(certificate);
        foreach (var extension in certificate.Extensions)
        {
            if (extension is X509SubjectAlternativeNameExtension names)
                return SubjectAltName.Find(names.RawData, type);
        }
        return null;
    }

    private static string? CommonNameOf(X509Certificate2 certificate)
    {
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (!part.HasMultipleElements && part.GetSingleElementType().Value == "2.5.4.3")
                return part.GetSingleElementValue();
        }
        return null;
    }
}
