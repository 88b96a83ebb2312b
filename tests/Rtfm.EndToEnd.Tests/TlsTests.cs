using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>An agent over TLS (RFC 6353), asked by Net-SNMP's tools under the transport security model.</summary>
[TestFixture]
public sealed partial class TlsTests
{
    private const string SysContact = "1.3.6.1.2.1.1.4.0";

    /// <summary>Debian's OpenSSL refuses TLS 1.0 unless it is told so; only the tools and the relay are.</summary>
    private const string OldOpenSsl = """
        openssl_conf = init
        [init]
        ssl_conf = ssl
        [ssl]
        system_default = old
        [old]
        MinProtocol = TLSv1
        CipherString = ALL:@SECLEVEL=0
        """;

    private string _folder = null!;
    private X509Certificate2 _reader = null!;
    private X509Certificate2 _writer = null!;
    private AgentProcess _agent = null!;
    private IPEndPoint _endPoint = null!;

    [OneTimeSetUp]
    public void Start()
    {
        if (!SnmpTool.IsInstalled || !OldTlsRelay.IsAvailable)
            Assert.Ignore("Net-SNMP's tools or openssl are not installed");
        _folder = Directory.CreateTempSubdirectory("rtfm-tls-").FullName;
        Directory.CreateDirectory(Path.Combine(_folder, "tls", "certs"));
        Directory.CreateDirectory(Path.Combine(_folder, "tls", "private"));
        File.WriteAllText(Path.Combine(_folder, "openssl.cnf"), OldOpenSsl);
        Write(TestCertificates.SelfSigned("meter"), "meter");
        _reader = Write(TestCertificates.SelfSigned("reader"), "reader");
        _writer = Write(TestCertificates.SelfSigned("writer"), "writer");
        var settings = Path.Combine(_folder, "agent.json");
        File.WriteAllText(settings, Settings());
        _agent = AgentProcess.Start(null, "--config", settings, "--listen", "tlstcp:127.0.0.1:0");
        Assert.That(() => Address().IsMatch(_agent.Output), Is.True.After(10_000, 20));
        _endPoint = IPEndPoint.Parse(Address().Match(_agent.Output).Groups[1].Value);
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _agent?.Dispose();
        _reader?.Dispose();
        _writer?.Dispose();
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void A_reader_reads_and_does_not_write()
    {
        Assert.That(Snmp("snmpwalk", _reader, "1.3.6.1.2.1.40.1").Lines, Has.Length.GreaterThan(5));
        Assert.That(Snmp("snmpset", _reader, SysContact, "s", "me").Errors, Does.Contain("authorizationError").Or.Contain("noAccess"));
    }

    [Test]
    public void A_writer_writes()
    {
        Assert.That(Snmp("snmpset", _writer, SysContact, "s", "me").Errors, Is.Empty);
        Assert.That(Snmp("snmpget", _writer, SysContact).Output, Does.Contain("\"me\""));
    }

    [Test]
    public void What_speaks_TLS_1_0_only_is_refused()
    {
        var get = Run("snmpget", _reader, _endPoint, SysContact);
        Assert.That(get.ExitCode, Is.Not.Zero);
        Assert.That(get.Errors, Does.Contain("failed to ssl_connect"));
    }

    [TestCase("-tls1_2")]
    [TestCase("-tls1_3")]
    public void TLS_of_today_is_taken(string version)
    {
        var command = $"openssl s_client {version} -connect {_endPoint} -cert {Pem("certs/reader.crt")} -key {Pem("private/reader.key")} </dev/null";
        var handshake = SnmpTool.Run("/bin/sh", ["-c", command]);
        Assert.That(handshake.Output, Does.Match("Cipher is (TLS_|ECDHE)"));
    }

    private ToolResult Snmp(string tool, X509Certificate2 client, params string[] arguments)
    {
        using var relay = new OldTlsRelay(Path.Combine(_folder, "tls"), Path.Combine(_folder, "openssl.cnf"), _endPoint, client);
        return Run(tool, client, relay.EndPoint, arguments);
    }

    private ToolResult Run(string tool, X509Certificate2 client, IPEndPoint endPoint, params string[] arguments)
    {
        var identity = client.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        string[] model = ["-v3", "--defSecurityModel=tsm", "-lauthPriv", "-T", $"our_identity={identity}", "-T", "their_identity=meter"];
        return SnmpTool.Run(
            "/usr/bin/env",
            [
                $"OPENSSL_CONF={Path.Combine(_folder, "openssl.cnf")}",
                $"SNMPCONFPATH={_folder}",
                $"SNMP_PERSISTENT_DIR={_folder}",
                tool,
                .. model,
                "-On",
                "-r0",
                "-t10",
                $"tlstcp:{endPoint}",
                .. arguments,
            ]
        );
    }

    private string Settings()
    {
        var tls = new
        {
            Certificate = Pem("certs/meter.crt"),
            Key = Pem("private/meter.key"),
            Clients = new[]
            {
                new { Fingerprint = TestCertificates.FingerprintOf(_reader), SecurityName = "reader" },
                new { Fingerprint = TestCertificates.FingerprintOf(_writer), SecurityName = "writer" },
            },
            Readers = new[] { "reader" },
            Writers = new[] { "writer" },
        };
        return JsonSerializer.Serialize(new { Rtfm = new { Agent = new { Tls = tls } } });
    }

    private X509Certificate2 Write(X509Certificate2 certificate, string name)
    {
        File.WriteAllText(Pem($"certs/{name}.crt"), certificate.ExportCertificatePem());
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(Pem($"private/{name}.key"), key.ExportPkcs8PrivateKeyPem());
        // Net-SNMP reads no key that others can read.
        File.SetUnixFileMode(Pem($"private/{name}.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return certificate;
    }

    private string Pem(string name) => Path.Combine(_folder, "tls", name);

    [GeneratedRegex(@"listening on tlstcp:(\S+)")]
    private static partial Regex Address();
}
