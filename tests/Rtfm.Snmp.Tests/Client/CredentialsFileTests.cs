using System.Security.Cryptography.X509Certificates;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security.Usm;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests.Client;

[TestFixture]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class CredentialsFileTests
{
    private const string Key = "0x000102030405060708090A0B0C0D0E0F";

    [TestCase("defVersion 2c\ndefCommunity told", SnmpVersion.V2c, "told")]
    [TestCase("defVersion 1\ndefCommunity told", SnmpVersion.V1, "told")]
    [TestCase("defCommunity \"two words\"", SnmpVersion.V2c, "two words")]
    [TestCase("defCommunity 'a \\' b' # remark", SnmpVersion.V2c, "a ' b")]
    public void A_community_is_read(string text, SnmpVersion version, string community)
    {
        var read = (CommunityCredentials)CredentialsFile.Parse("f", text);
        Assert.That((read.Version, read.Community), Is.EqualTo((version, community)));
    }

    [TestCase("defSecurityName u", SecurityLevel.NoAuthNoPriv, AuthProtocol.None, PrivProtocol.None)]
    [TestCase("defSecurityName u\ndefAuthType SHA\ndefAuthPassphrase 12345678", SecurityLevel.AuthNoPriv, AuthProtocol.HmacSha1, PrivProtocol.None)]
    [TestCase("defSecurityName u\ndefAuthType MD5\ndefPassphrase 12345678", SecurityLevel.AuthNoPriv, AuthProtocol.HmacMd5, PrivProtocol.None)]
    [TestCase(
        "defSecurityName u\ndefAuthType SHA-512\ndefPrivType AES-256\ndefPassphrase 12345678",
        SecurityLevel.AuthPriv,
        AuthProtocol.HmacSha512,
        PrivProtocol.Aes256
    )]
    [TestCase(
        "DEFSECURITYNAME u\n[snmp]\nmibs ALL\n\n  defAuthType\tMD5\ndefAuthLocalizedKey " + Key + "\ndefPrivType AES\ndefPrivLocalizedKey " + Key,
        SecurityLevel.AuthPriv,
        AuthProtocol.HmacMd5,
        PrivProtocol.Aes128
    )]
    [TestCase(
        "defSecurityName u\ndefSecurityLevel authNoPriv\ndefAuthType SHA\ndefPrivType AES\ndefPassphrase 12345678",
        SecurityLevel.AuthNoPriv,
        AuthProtocol.HmacSha1,
        PrivProtocol.Aes128
    )]
    public void A_user_is_read(string text, SecurityLevel level, AuthProtocol auth, PrivProtocol priv)
    {
        var read = (UserCredentials)CredentialsFile.Parse("f", text);
        Assert.That((read.UserName, read.Level, read.Auth, read.Priv), Is.EqualTo(("u", level, auth, priv)));
    }

    [Test]
    public void A_context_is_read() =>
        Assert.That(((UserCredentials)CredentialsFile.Parse("f", "defSecurityName u\ndefContext vrf1")).ContextName, Is.EqualTo("vrf1"));

    [TestCase("", "f: defSecurityName is missing")]
    [TestCase("defVersion 2c", "f: defCommunity is missing")]
    [TestCase("defVersion 4", "f:1: defVersion is '4'. Write 1, 2c or 3")]
    [TestCase("\ndefSecurityName", "f:2: defSecurityName has no value")]
    [TestCase("defSecurityName u\ndefSecurityLevel high", "f:2: defSecurityLevel is no level")]
    [TestCase("defSecurityName u\ndefAuthPassphrase 12345678", "f: defAuthType is missing. Write a line: defAuthType SHA-256")]
    [TestCase("defSecurityName u\ndefAuthType SHA-3\ndefAuthPassphrase 12345678", "f:2: defAuthType is 'SHA-3': no such protocol")]
    [TestCase("defSecurityName u\ndefAuthType SHA\ndefAuthPassphrase hush", "f:3: defAuthPassphrase is too short")]
    [TestCase("defSecurityName u\ndefAuthType SHA\ndefAuthLocalizedKey hush", "f:3: defAuthLocalizedKey has no hexadecimal digits")]
    [TestCase("defSecurityName u\ndefAuthType SHA\ndefAuthLocalizedKey " + Key, "f: a key for SHA has 20 octets, not 16")]
    [TestCase("defSecurityName u\ndefSecurityLevel authPriv\ndefAuthType SHA\ndefAuthPassphrase 12345678", "f: user 'u' has no keys for authPriv")]
    [TestCase("defSecurityName 123456789012345678901234567890123", "f: a user name has 1 to 32 octets")]
    public void What_is_wrong_is_said_with_its_line_and_without_secrets(string text, string complaint) =>
        Assert.That(
            () => CredentialsFile.Parse("f", text),
            Throws.InstanceOf<CredentialsException>().With.Message.StartsWith(complaint).And.Message.Not.Contains("hush")
        );

    [TestCase(UnixFileMode.UserRead | UnixFileMode.UserWrite, true)]
    [TestCase(UnixFileMode.UserRead | UnixFileMode.GroupRead, true, Description = "root's, for a service")]
    [TestCase(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, false)]
    [TestCase(UnixFileMode.UserRead | UnixFileMode.OtherRead, false)]
    [TestCase(UnixFileMode.UserRead | UnixFileMode.OtherWrite, false)]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_file_that_others_may_read_or_change_is_refused(UnixFileMode mode, bool isGood)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "defSecurityName u");
            File.SetUnixFileMode(file, mode);
            if (isGood)
                Assert.That(CredentialsFile.Read(file), Is.InstanceOf<UserCredentials>());
            else
                Assert.That(
                    () => CredentialsFile.Read(file),
                    Throws
                        .InstanceOf<CredentialsException>()
                        .With.Message.EqualTo($"{file}: others may read or change it. Take that from them: chmod 600 {file}")
                );
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void A_file_that_is_not_there_is_said() =>
        Assert.That(
            () => CredentialsFile.Read("/nonexistent.conf"),
            Throws.InstanceOf<CredentialsException>().With.Message.EqualTo("/nonexistent.conf: there is no such file")
        );

    [Test]
    public void Credentials_and_a_community_exclude_each_other() =>
        Assert.That(() => SnmpCredentials.Choose("f", "told"), Throws.InstanceOf<CredentialsException>().With.Message.Not.Contains("told"));

    [TestCase("localCert mine.pem\npeerCert sha256:{0}", TestName = "A_certificate_and_the_agent_s_fingerprint_are_read")]
    [TestCase("defSecurityModel tsm\nlocalCert mine.crt\nlocalKey mine.key\ntrustCert mine.crt\npeerName meter", TestName = "An_authority_is_read")]
    public void Certificates_are_looked_for_beside_the_file(string text) =>
        Assert.That(
            CredentialsFile.Parse(Path.Combine(WriteCertificate(), "f"), text.Replace("{0}", new string('A', 64), StringComparison.Ordinal)),
            Is.InstanceOf<CertificateCredentials>()
        );

    [TestCase("defSecurityModel tsm", "localCert is missing")]
    [TestCase("defSecurityModel ksm", "f:1: defSecurityModel is 'ksm'. Write usm, or tsm for certificates")]
    [TestCase("localCert nothing.pem", "f:1: localCert is 'nothing.pem'")]
    [TestCase("localCert mine.key", "f:1: localCert is 'mine.key': it has no certificate")]
    [TestCase("localCert mine.crt\npeerCert sha256:00", "f:1: localCert is ")]
    [TestCase("localCert mine.crt\nlocalKey open.key", "open.key: others may read or change it")]
    [TestCase("localCert mine.pem", "write either peerCert sha256:HEX")]
    [TestCase("localCert mine.pem\npeerCert sha256:00\ntrustCert mine.crt", "write either peerCert sha256:HEX")]
    [TestCase("localCert mine.pem\npeerCert sha256:00", "f:2: peerCert is no fingerprint")]
    [TestCase("localCert mine.pem\ntrustCert mine.key", "f:2: trustCert is 'mine.key': it has no certificate")]
    public void What_is_wrong_with_certificates_is_said(string text, string complaint) =>
        Assert.That(
            () => CredentialsFile.Parse(Path.Combine(WriteCertificate(), "f"), text),
            Throws.InstanceOf<CredentialsException>().With.Message.Contains(complaint)
        );

    /// <summary>A folder with a certificate and its key, together in mine.pem.</summary>
    private static string WriteCertificate()
    {
        var folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "certificates");
        Directory.CreateDirectory(folder);
        using var certificate = TestCertificates.SelfSigned("ann");
        using var key = certificate.GetECDsaPrivateKey()!;
        var (crt, pem) = (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
        foreach (var (name, text) in new[] { ("mine.crt", crt), ("mine.key", pem), ("mine.pem", crt + "\n" + pem), ("open.key", pem) })
        {
            var file = Path.Combine(folder, name);
            File.WriteAllText(file, text);
            File.SetUnixFileMode(
                file,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | (name is "mine.crt" or "open.key" ? UnixFileMode.OtherRead : 0)
            );
        }
        return folder;
    }
}
