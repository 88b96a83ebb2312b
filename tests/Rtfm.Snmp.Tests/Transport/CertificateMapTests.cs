using System.Net;
using System.Security.Cryptography.X509Certificates;
using Rtfm.Snmp.Transport.Tls;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests.Transport;

/// <summary>Which certificates stand for whom (RFC 6353 §7 snmpTlstmCertToTSNTable).</summary>
[TestFixture]
public sealed class CertificateMapTests
{
    private X509Certificate2 _authority = null!;

    [OneTimeSetUp]
    public void Make() => _authority = TestCertificates.Authority("operators");

    [OneTimeTearDown]
    public void Forget() => _authority.Dispose();

    [TestCase(CertificateMapType.Specified, "said")]
    [TestCase(CertificateMapType.SanRfc822Name, "Ann.Lee@example.net", Description = "the host in small letters")]
    [TestCase(CertificateMapType.SanDnsName, "nms.example.net")]
    [TestCase(CertificateMapType.SanIpAddress, "192.0.2.7")]
    [TestCase(CertificateMapType.SanAny, "nms.example.net", Description = "the first there is")]
    [TestCase(CertificateMapType.CommonName, "Ann Lee")]
    public void A_name_comes_from_where_its_row_says(CertificateMapType type, string name)
    {
        using var certificate = TestCertificates.Issue(
            _authority,
            "Ann Lee",
            names =>
            {
                names.AddDnsName("NMS.example.NET");
                names.AddEmailAddress("Ann.Lee@Example.NET");
                names.AddIpAddress(IPAddress.Parse("192.0.2.7"));
            }
        );
        Assert.That(Map(Row(_authority, type)).FindName(certificate, [_authority]), Is.EqualTo(name));
    }

    [Test]
    public void An_IPv6_address_is_32_hexadecimal_digits()
    {
        using var certificate = TestCertificates.Issue(_authority, "x", names => names.AddIpAddress(IPAddress.Parse("2001:db8::A")));
        Assert.That(
            Map(Row(_authority, CertificateMapType.SanIpAddress)).FindName(certificate, [_authority]),
            Is.EqualTo("20010db800000000000000000000000a")
        );
    }

    [Test]
    public void Rows_that_give_no_name_are_passed_over()
    {
        using var certificate = TestCertificates.Issue(_authority, "a-common-name-of-more-than-32-octets");
        var map = Map(
            Row(_authority, CertificateMapType.SanAny),
            Row(_authority, CertificateMapType.CommonName),
            Row(certificate, CertificateMapType.Specified, "last")
        );
        Assert.That(map.FindName(certificate, [_authority]), Is.EqualTo("last"));
    }

    [Test]
    public void An_authority_that_did_not_vouch_gives_no_name()
    {
        using var certificate = TestCertificates.SelfSigned("x");
        Assert.That(Map(Row(_authority, CertificateMapType.Specified)).FindName(certificate, []), Is.Null);
    }

    [Test]
    public void A_hundred_thousand_mutated_extensions_never_throw()
    {
        var builder = new SubjectAlternativeNameBuilder();
        builder.AddDnsName("nms.example.net");
        builder.AddIpAddress(IPAddress.Loopback);
        var good = builder.Build().RawData;
        var random = new Random(17);
        for (var i = 0; i < 100_000; i++)
        {
            var octets = (byte[])good.Clone();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                octets[random.Next(octets.Length)] = (byte)random.Next(256);
            SubjectAltName.Find(octets.AsMemory(0, random.Next(octets.Length + 1)), CertificateMapType.SanAny);
        }
        Assert.That(SubjectAltName.Find(good, CertificateMapType.SanAny), Is.EqualTo("nms.example.net"));
    }

    [TestCase("sha1:00", "it does not begin with sha256:, sha384: or sha512:")]
    [TestCase("sha256:00", "it has not 32 octets in hexadecimal digits")]
    [TestCase("sha256:zz", "it has not 32 octets in hexadecimal digits")]
    public void A_fingerprint_that_is_none_is_told(string text, string complaint)
    {
        Assert.That(Fingerprint.TryParse(text, out _, out var said), Is.False);
        Assert.That(said, Is.EqualTo(complaint));
    }

    [TestCase(":")]
    [TestCase("")]
    public void A_fingerprint_is_read_as_openssl_writes_it(string between)
    {
        var hex = _authority.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA512);
        var text = "SHA512:" + string.Join(between, hex.Chunk(2).Select(pair => new string(pair).ToLowerInvariant()));
        Assert.That(Fingerprint.TryParse(text, out var fingerprint, out var complaint), complaint);
        Assert.That(fingerprint.IsOf(_authority));
    }

    private static CertificateMap Map(params CertificateMap.Row[] rows) => new(rows);

    private static CertificateMap.Row Row(X509Certificate2 certificate, CertificateMapType type, string name = "said")
    {
        Assert.That(Fingerprint.TryParse(TestCertificates.FingerprintOf(certificate), out var fingerprint, out _));
        return new(fingerprint, type, name);
    }
}
