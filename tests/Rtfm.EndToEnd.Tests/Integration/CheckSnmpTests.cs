using System.Text.RegularExpressions;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests.Integration;

/// <summary>The commands of docs/integration/nagios-rtfm.cfg, run as Nagios runs them.</summary>
public sealed partial class CheckSnmpTests
{
    private const string Plugin = "/usr/lib/nagios/plugins/check_snmp";
    private const string FloodMode = "1.3.6.1.2.1.40.1.9.0";

    // What check_snmp remembers for rates, of one test.
    private TemporaryFolder _states = null!;

    [OneTimeSetUp]
    public void RequirePlugin() => Docs.Require(Plugin, "monitoring-plugins-standard");

    [SetUp]
    public void ForgetStates() => _states = new TemporaryFolder();

    [TearDown]
    public void DeleteStates() => _states.Dispose();

    [TestCase("rtfm-flows!800000!950000", 0)]
    [TestCase("rtfm-flows!1!950000", 1)]
    [TestCase("rtfm-flows!1!2", 2)]
    [TestCase("rtfm-ruleset!1!1:!0:", 0)]
    [TestCase("rtfm-ruleset!1!1000:!0:", 1)]
    [TestCase("rtfm-ruleset!1!1000:!1000:", 2)]
    [TestCase("rtfm-ruleset!99!1:!0:", 3, Description = "a rule set that does not run")]
    [TestCase("rtfm-task!1!1", 0)]
    [TestCase("rtfm-task!1!2", 2, Description = "another rule set")]
    [TestCase("rtfm-task!99!1", 2, Description = "no such task")]
    public void A_command_s_exit_code_is_as_its_thresholds_say(string command, int code)
    {
        foreach (var login in Logins())
        {
            var result = Run(command, login);
            Assert.That(result.ExitCode, Is.EqualTo(code), $"{login}: {result.Output}");
        }
    }

    [Test]
    public void Flood_mode_is_critical()
    {
        Assert.That(Run("rtfm-flood").ExitCode, Is.Zero);
        Assert.That(Meter.Agent.Snmp("snmpset", FloodMode, "i", "1").ExitCode, Is.Zero);
        try
        {
            Assert.That(Run("rtfm-flood").ExitCode, Is.EqualTo(2));
        }
        finally
        {
            Meter.Agent.Snmp("snmpset", FloodMode, "i", "2");
        }
    }

    [Test]
    public void Capture_drops_are_a_rate_from_the_second_look_on()
    {
        Assert.That(Run("rtfm-capture-drops!1!100").ExitCode, Is.Zero);
        // Not within the same second: it would divide by zero.
        ToolResult second = null!;
        Assert.That(() => (second = Run("rtfm-capture-drops!1!100")).Output, Does.Contain("RATE OK - capture-drops 0").After(5_000, 200));
        Assert.That(second.ExitCode, Is.Zero);
    }

    [Test]
    public void Every_service_of_the_file_is_all_right()
    {
        var services = Service().Matches(Docs.Read("nagios-rtfm.cfg")).Select(match => match.Groups[1].Value).ToList();
        Assert.That(services, Has.Count.EqualTo(5));
        foreach (var service in services)
            Assert.That(Run(service).ExitCode, Is.Zero, service);
    }

    [Test]
    public void The_commands_of_the_page_work()
    {
        var commands = Docs.Code("check_snmp.md").Where(line => line.StartsWith(Plugin, StringComparison.Ordinal)).ToList();
        Assert.That(commands, Has.Count.EqualTo(2));
        foreach (var command in commands)
        {
            var result = SnmpTool.Run("sh", ["-c", Quoted(command)]);
            Assert.That(result.ExitCode, Is.Zero, result.Output);
        }
    }

    // The two _SNMP lines of the file's head.
    private static List<string> Logins() => [.. Login().Matches(Docs.Read("nagios-rtfm.cfg")).Select(match => match.Groups[1].Value)];

    private ToolResult Run(string command, string? login = null)
    {
        var parts = command.Split('!');
        var line = Regex.Match(Docs.Read("nagios-rtfm.cfg"), $@"command_name +{parts[0]}\n +command_line +(.+)").Groups[1].Value;
        Assert.That(line, Is.Not.Empty, command);
        for (var argument = 1; argument < parts.Length; argument++)
            line = line.Replace($"$ARG{argument}$", parts[argument], StringComparison.Ordinal);
        line = line.Replace("$HOSTADDRESS$", "127.0.0.1", StringComparison.Ordinal)
            .Replace("$_HOSTSNMP$", login ?? Logins()[0], StringComparison.Ordinal);
        Assert.That(line, Does.Not.Contain("$"));
        return SnmpTool.Run("env", [$"MP_STATE_PATH={_states.Path}", "sh", "-c", Quoted(line)]);
    }

    // Nagios' lines go through a shell, and the password has blanks.
    private static string Quoted(string line) => Meter.Fill(line.Replace("PASSWORD", "'PASSWORD'", StringComparison.Ordinal));

    [GeneratedRegex(@"^# +_SNMP +(.+)$", RegexOptions.Multiline)]
    private static partial Regex Login();

    [GeneratedRegex(@"check_command +(\S+)")]
    private static partial Regex Service();
}
