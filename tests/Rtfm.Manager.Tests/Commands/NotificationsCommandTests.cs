using System.Diagnostics;
using System.Text.Json;
using Rtfm.Testing;

namespace Rtfm.Manager.Tests.Commands;

/// <summary><c>rtfm-manager notifications</c> against Net-SNMP's <c>snmptrap</c> and <c>snmpinform</c>.</summary>
[TestFixture]
public sealed class NotificationsCommandTests
{
    private string _credentials = "";
    private Process? _program;
    private string _address = "";

    [SetUp]
    public void WriteCredentials()
    {
        if (!SnmpTool.IsInstalled)
            Assert.Ignore("Net-SNMP's tools are not installed");
        // Made for its owner only, as the program wants it.
        _credentials = Path.GetTempFileName();
        File.WriteAllText(_credentials, "defSecurityName noc\ndefAuthType SHA-256\ndefPrivType AES\ndefPassphrase \"the password\"\n");
    }

    [TearDown]
    public void End()
    {
        if (_program is { HasExited: false })
            _program.Kill();
        _program?.Dispose();
        _program = null;
        File.Delete(_credentials);
    }

    [Test]
    public void Traps_and_informs_are_lines_until_Ctrl_C()
    {
        Start("--credentials", _credentials, "-c", "told");
        Send("snmptrap", "-v2c", "-c", "told");
        Send("snmpinform", "-v3", "-u", "noc", "-l", "authPriv", "-a", "SHA-256", "-x", "AES", "-A", "the password", "-X", "the password");
        Assert.That(_program!.StandardOutput.ReadLine(), Does.Match(Line("v2c trap")));
        Assert.That(_program.StandardOutput.ReadLine(), Does.Match(Line("v3 authPriv noc inform")));
        SnmpTool.Run("kill", ["-INT", _program.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        Assert.That(_program.StandardError.ReadToEnd(), Does.StartWith("2 notifications; refused 0 "));
        _program.WaitForExit();
        Assert.That(_program.ExitCode, Is.Zero);
    }

    [Test]
    public void A_program_gets_an_object_on_a_line()
    {
        Start("-c", "told", "--json");
        Send("snmptrap", "-v2c", "-c", "told");
        using var received = JsonDocument.Parse(_program!.StandardOutput.ReadLine()!);
        Assert.That(received.RootElement.GetProperty("trap").GetString(), Is.EqualTo("1.3.6.1.6.3.1.1.5.3"));
        Assert.That(received.RootElement.GetProperty("varBinds")[0].GetProperty("value").GetString(), Is.EqualTo("edge \"1\""));
    }

    [TestCase("--listen udp:127.0.0.1", "no port")]
    [TestCase("--listen udp:192.0.2.1:1162", "cannot listen there")]
    [TestCase("--listen udp:127.0.0.1:0 --engine-id 12", "--engine-id is '12'")]
    [TestCase("--listen udp:127.0.0.1:0 --credentials /nonexistent", "/nonexistent: there is no such file")]
    public void What_makes_no_sense_is_wrong_usage(string arguments, string complaint)
    {
        var result = ManagerProgram.Run(["notifications", .. arguments.Split(' ')]);
        Assert.That((result.ExitCode, result.Output), Is.EqualTo((2, "")));
        Assert.That(result.Errors, Does.Contain(complaint));
    }

    private static string Line(string who) =>
        $"""^20\d\d-\d\d-\d\dT[\d:.]+Z 127\.0\.0\.1:\d+ {who} 1\.3\.6\.1\.6\.3\.1\.1\.5\.3 uptime=4711 1\.3\.6\.1\.2\.1\.1\.5\.0="edge \\"1\\""$""";

    private void Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Programs.Path("rtfm-manager"), "notifications", "--listen", "udp:127.0.0.1:0", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _program = Process.Start(start)!;
        _address = _program.StandardError.ReadLine()!.Replace("listening on ", "", StringComparison.Ordinal);
    }

    private void Send(string tool, params string[] options) =>
        SnmpTool.Run(tool, [.. options, _address, "4711", "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.2.1.1.5.0", "s", "edge \"1\""]);
}
