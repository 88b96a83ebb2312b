using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>All three programs over TCP and TLS: a manager loads a rule set, a reader collects, Net-SNMP's tools see what became of the sessions.</summary>
[TestFixture]
public sealed partial class StreamTests
{
    private const string Password = "correct horse";

    private string _folder = null!;
    private AgentProcess _agent = null!;
    private string _fingerprint = "";
    private string _tcp = "";
    private string _tls = "";

    [OneTimeSetUp]
    public void Start()
    {
        _folder = Directory.CreateTempSubdirectory("rtfm-streams-").FullName;
        using var authority = TestCertificates.Write(TestCertificates.Authority("operators"), _folder, "operators");
        using var meter = TestCertificates.Write(
            TestCertificates.Issue(authority, "meter", names => names.AddIpAddress(IPAddress.Loopback)),
            _folder,
            "meter"
        );
        using var writer = TestCertificates.Write(TestCertificates.SelfSigned("writer"), _folder, "writer");
        using var stranger = TestCertificates.Write(TestCertificates.SelfSigned("stranger"), _folder, "stranger");
        _fingerprint = TestCertificates.FingerprintOf(writer)["sha256:".Length..];
        WriteCredentials("writer", $"peerCert {TestCertificates.FingerprintOf(meter)}");
        WriteCredentials("stranger", "trustCert operators.crt");
        WriteCredentials("writer", "trustCert operators.crt", "trusting");
        var settings = Path.Combine(_folder, "agent.json");
        File.WriteAllText(settings, Settings(writer));
        var state = Directory.CreateDirectory(Path.Combine(_folder, "state")).FullName;
        File.WriteAllText(Path.Combine(_folder, "passwords"), Password + "\n");
        Good("rtfm-agent", "user", "add", "admin", "--write", "--password-file", Path.Combine(_folder, "passwords"), "--state", state);
        _agent = AgentProcess.Start(state, "--config", settings, "--listen", "tcp:127.0.0.1:0", "--listen", "tlstcp:127.0.0.1:0");
        Assert.That(() => Addresses().Count(_agent.Output), Is.EqualTo(2).After(10_000, 20));
        foreach (Match match in Addresses().Matches(_agent.Output))
        {
            if (match.Value.Contains("tls", StringComparison.Ordinal))
                _tls = match.Groups[1].Value;
            else
                _tcp = match.Groups[1].Value;
        }
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _agent?.Dispose();
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
    }

    [TestCase("writer")]
    [TestCase("trusting", Description = "an authority vouches for the meter")]
    public void A_manager_loads_a_rule_set_over_TLS_and_a_reader_collects_over_TCP(string credentials)
    {
        var rules = Path.Combine(Repository.Root, "docs", "rulesets", "five-tuple.rules");
        Good("rtfm-manager", "ruleset", "load", _tls, rules, "--run", "--credentials", Credentials(credentials));
        var store = Path.Combine(_folder, credentials + ".db");
        var collected = Good("rtfm-meterreader", "collect", "--once", "--target", _tcp, "-c", AgentProcess.WriteCommunity, "--store", store);
        Assert.That(collected.Output, Does.Contain("'five-tuple': "));
        Good("rtfm-manager", "ruleset", "remove", _tls, "five-tuple", "--force", "--credentials", Credentials(credentials));
    }

    [Test]
    public void A_reader_collects_over_TLS()
    {
        var store = Path.Combine(_folder, "tls.db");
        Good("rtfm-meterreader", "collect", "--once", "--target", _tls, "--credentials", Credentials("writer"), "--store", store);
    }

    [Test]
    public void The_packet_path_is_shown_over_TCP_and_over_TLS()
    {
        Assert.That(Good("rtfm-agent", "status", _tcp, "-c", AgentProcess.ReadCommunity).Output, Does.StartWith("stage"));
        Assert.That(Good("rtfm-agent", "status", _tls, "--credentials", Credentials("writer")).Output, Does.StartWith("stage"));
    }

    [Test]
    public void Who_has_a_certificate_that_the_meter_does_not_know_is_told_so()
    {
        var refused = Run("rtfm-manager", "status", _tls, "--credentials", Credentials("stranger"));
        Assert.That(refused.ExitCode, Is.Not.Zero);
        Assert.That(refused.Output + refused.Errors, Does.Contain("does it know this certificate?"));
    }

    [TestCase("rtfm-manager", "status")]
    [TestCase("rtfm-agent", "status")]
    public void TLS_without_a_certificate_is_a_fault_of_usage(string program, string command)
    {
        var refused = Run(program, command, _tls, "-c", AgentProcess.ReadCommunity);
        Assert.That((refused.ExitCode, refused.Errors), Is.EqualTo((2, refused.Errors)));
        Assert.That(refused.Errors, Does.Contain("localCert"));
    }

    [Test]
    public void Net_SNMP_sees_whom_certificates_stand_for_and_cannot_change_it()
    {
        MibModules.RequireTools();
        var rows = Administer("snmpwalk", "SNMP-TLS-TM-MIB::snmpTlstmCertificateMapping").Output;
        Assert.That(rows, Does.Contain("snmpTlstmCertToTSNCount.0 = Gauge32: 1"));
        Assert.That(rows, Does.Contain($"snmpTlstmCertToTSNFingerprint.1 = STRING: 4:{_fingerprint}").IgnoreCase);
        Assert.That(rows, Does.Contain("snmpTlstmCertToTSNMapType.1 = OID: SNMP-TLS-TM-MIB::snmpTlstmCertSpecified"));
        Assert.That(rows, Does.Contain("snmpTlstmCertToTSNData.1 = STRING: \"writer\"").Or.Contain("snmpTlstmCertToTSNData.1 = STRING: writer"));
        Assert.That(rows, Does.Contain("snmpTlstmCertToTSNRowStatus.1 = INTEGER: active(1)").And.Contain("readOnly(5)"));
        var change = Administer("snmpset", "SNMP-TLS-TM-MIB::snmpTlstmCertToTSNData.1", "s", "other");
        Assert.That(change.Errors, Does.Contain("notWritable"));
    }

    [Test]
    public void Net_SNMP_sees_what_became_of_sessions()
    {
        MibModules.RequireTools();
        Good("rtfm-manager", "ruleset", "list", _tls, "--credentials", Credentials("writer"));
        var walk = Snmp("snmpwalk", "1.3.6.1.2.1.198.2.1");
        Assert.That(walk.Lines, Has.Length.EqualTo(10).And.All.Contains("Counter32"));
        Assert.That(walk.Lines, Has.One.Match(@"\.198\.2\.1\.4\.0 = Counter32: [1-9]"), "sessions taken");
        // A community is not one who may see it.
        Assert.That(Snmp("snmpget", "1.3.6.1.2.1.198.2.2.1.1.0").Output, Does.Contain("No Such Object"));
        Assert.That(Snmp("snmpwalk", "1.3.6.1.2.1.190").Lines, Has.Length.EqualTo(5));
        Assert.That(Snmp("snmpwalk", "1.3.6.1.2.1.1.9.1.3").Output, Does.Contain("SNMP-TLS-TM-MIB").And.Contain("SNMP-TSM-MIB"));
    }

    private ToolResult Administer(string tool, params string[] arguments) =>
        SnmpTool.Run(
            tool,
            [
                .. (string[])["-v3", "-u", "admin", "-l", "authPriv", "-a", "SHA-256", "-A", Password, "-x", "AES", "-X", Password],
                .. (string[])["-M", MibModules.SearchPath, "-m", "SNMP-TLS-TM-MIB", "-t5", _tcp],
                .. arguments,
            ]
        );

    private ToolResult Snmp(string tool, params string[] arguments) =>
        SnmpTool.Run(
            tool,
            ["-v2c", "-c", tool == "snmpset" ? AgentProcess.WriteCommunity : AgentProcess.ReadCommunity, "-On", "-t5", _tcp, .. arguments]
        );

    private static ToolResult Good(string program, params string[] arguments)
    {
        var result = Run(program, arguments);
        Assert.That(result.ExitCode, Is.Zero, result.Output + result.Errors);
        return result;
    }

    private static ToolResult Run(string program, params string[] arguments) => SnmpTool.Run("dotnet", [Programs.Path(program), .. arguments]);

    private string Credentials(string name) => Path.Combine(_folder, name + ".conf");

    private void WriteCredentials(string certificate, string peer, string? name = null)
    {
        var file = Credentials(name ?? certificate);
        File.WriteAllText(file, $"defSecurityModel tsm\nlocalCert {certificate}.crt\nlocalKey {certificate}.key\n{peer}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private string Settings(X509Certificate2 writer)
    {
        var tls = new
        {
            Certificate = Path.Combine(_folder, "meter.crt"),
            Key = Path.Combine(_folder, "meter.key"),
            Clients = new[] { new { Fingerprint = TestCertificates.FingerprintOf(writer), SecurityName = "writer" } },
            Writers = new[] { "writer" },
        };
        return JsonSerializer.Serialize(new { Rtfm = new { Agent = new { Tls = tls } } });
    }

    [GeneratedRegex(@"listening on ((?:tls)?tcp:\S+)")]
    private static partial Regex Addresses();
}
