using System.Formats.Asn1;
using System.Net;
using System.Net.Sockets;

namespace Rtfm.Snmp.Transport.Tls;

/// <summary>Reads the names in a certificate's subjectAltName (RFC 5280 §4.2.1.6), made into security names as RFC 6353 §7 wants them.</summary>
internal static class SubjectAltName
{
    // GeneralName
    private static readonly Asn1Tag Rfc822Name = new(TagClass.ContextSpecific, 1);
    private static readonly Asn1Tag DnsName = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag IpAddress = new(TagClass.ContextSpecific, 7);

    /// <returns>The first name of the type; null: there is none, or the extension cannot be read.</returns>
    public static string? Find(ReadOnlyMemory<byte> extension, CertificateMapType type)
    {
        try
        {
            var names = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                if (Read(names, type) is { } name)
                    return name;
            }
        }
        catch (AsnContentException)
        {
            // Whatever it says, it is not this name.
        }
        return null;
    }

    /// <summary>Takes the next name; null where it is of another type.</summary>
    private static string? Read(AsnReader names, CertificateMapType type)
    {
        var tag = names.PeekTag();
        if (tag == Rfc822Name && type is (CertificateMapType.SanRfc822Name or CertificateMapType.SanAny))
            return WithLowerHost(names.ReadCharacterString(UniversalTagNumber.IA5String, tag));
        if (tag == DnsName && type is (CertificateMapType.SanDnsName or CertificateMapType.SanAny))
            return names.ReadCharacterString(UniversalTagNumber.IA5String, tag).ToLowerInvariant();
        if (tag == IpAddress && type is (CertificateMapType.SanIpAddress or CertificateMapType.SanAny))
            return Text(names.ReadOctetString(tag));
        names.ReadEncodedValue();
        return null;
    }

    private static string WithLowerHost(string mail)
    {
        var host = mail.LastIndexOf('@') + 1;
        return mail[..host] + mail[host..].ToLowerInvariant();
    }

    private static string? Text(byte[] address) =>
        address.Length is not (4 or 16) ? null
        : new IPAddress(address) is { AddressFamily: AddressFamily.InterNetwork } v4 ? v4.ToString()
        : Convert.ToHexStringLower(address);
}
