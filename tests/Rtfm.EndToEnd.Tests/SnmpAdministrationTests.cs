using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>Users, groups and views changed over SNMP with Net-SNMP's own tools for it.</summary>
public sealed class SnmpAdministrationTests
{
    private string _state = "";
    private AgentProcess _agent = null!;

    [SetUp]
    public void StartAgent()
    {
        if (!File.Exists("/usr/bin/snmpusm"))
            Assert.Ignore("Net-SNMP's tools are not installed");
        _state = Directory.CreateTempSubdirectory("rtfm-agent-").FullName;
        var passwords = Path.Combine(_state, "passwords");
        File.WriteAllText(passwords, "adminpass1\nadminpriv1\n");
        string[] add = ["user", "add", "admin", "--write", "--password-file", passwords, "--state", _state];
        Assert.That(SnmpTool.Run("dotnet", [Programs.Path("rtfm-agent"), .. add]).ExitCode, Is.Zero);
        _agent = AgentProcess.Start(_state);
    }

    [TearDown]
    public void StopAgent()
    {
        _agent?.Dispose();
        if (_state.Length > 0)
            Directory.Delete(_state, recursive: true);
    }

    [Test]
    public void A_user_is_cloned_gets_his_own_passwords_and_sees_only_his_view_also_after_a_restart()
    {
        As("snmpusm", "create", "bob", "admin");
        As("snmpusm", "passwd", "-Ca", "adminpass1", "bobpass22", "bob");
        As("snmpusm", "passwd", "-Cx", "adminpriv1", "bobpriv22", "bob");
        As("snmpvacm", "createSec2Group", "3", "bob", "bobs");
        As("snmpvacm", "createView", "descr", ".1.3.6.1.2.1.1.1");
        As("snmpvacm", "createAccess", "bobs", "3", "3", "1", "descr", "none", "none");
        string[] seen = ["1.3.6.1.2.1.1.1.0"];
        Assert.That(
            Walk().Lines.Where(line => line.Contains("STRING", StringComparison.Ordinal)).Select(line => line.Split(' ')[0]),
            Is.EqualTo(seen.Select(each => "." + each))
        );
        var old = SnmpTool.Run("snmpget", [.. Login("bob", "adminpass1", "adminpriv1"), "1.3.6.1.2.1.1.1.0"]);
        Assert.That(old.Errors, Does.Contain("Authentication failure"));

        _agent.Kill();
        _agent = AgentProcess.Start(_state);
        Assert.That(Walk().Output, Does.Contain("STRING"));

        As("snmpusm", "delete", "bob");
        Assert.That(Walk().Errors, Does.Contain("Unknown user name"));
    }

    [Test]
    public void A_community_made_over_SNMP_reads_until_it_is_removed()
    {
        const string Entry = "1.3.6.1.6.3.18.1.1.1";
        Set($"{Entry}.8.116", "i", "5", $"{Entry}.2.116", "s", "temporary", $"{Entry}.3.116", "s", "reader");
        // status 5 wants the row made ready by a second SET
        Set($"{Entry}.8.116", "i", "1");
        Assert.That(Ask("temporary").Output, Does.Contain("Timeticks"));
        Set($"{Entry}.8.116", "i", "6");
        Assert.That(Ask("temporary").Errors, Does.Contain("Timeout"));
    }

    [Test]
    public void What_the_settings_say_cannot_be_changed_over_SNMP()
    {
        // The community of the settings: its index is "writer".
        var result = SnmpTool.Run(
            "snmpset",
            [.. Login("admin", "adminpass1", "adminpriv1"), "1.3.6.1.6.3.18.1.1.1.8.119.114.105.116.101.114", "i", "6"]
        );
        Assert.That(result.Errors, Does.Contain("inconsistentValue"));
    }

    private ToolResult Ask(string community) => SnmpTool.Run("snmpget", ["-v2c", "-c", community, "-r0", "-t1", Target, "1.3.6.1.2.1.1.3.0"]);

    private ToolResult Walk() => SnmpTool.Run("snmpwalk", ["-On", .. Login("bob", "bobpass22", "bobpriv22"), "1.3"]);

    private void Set(params string[] varBinds)
    {
        var result = SnmpTool.Run("snmpset", [.. Login("admin", "adminpass1", "adminpriv1"), .. varBinds]);
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
    }

    private void As(string tool, params string[] arguments)
    {
        var result = SnmpTool.Run(tool, [.. Login("admin", "adminpass1", "adminpriv1"), .. arguments]);
        Assert.That(result.ExitCode, Is.Zero, result.Output + result.Errors);
    }

    private string Target => $"127.0.0.1:{_agent.EndPoint.Port}";

    private string[] Login(string user, string auth, string priv) =>
        ["-v3", "-r1", "-t3", "-u", user, "-l", "authPriv", "-a", "SHA-256", "-A", auth, "-x", "AES", "-X", priv, Target];
}
