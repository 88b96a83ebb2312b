using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests.Integration;

/// <summary>docs/integration/net-snmp.md and snmp.conf, with the tools themselves.</summary>
public sealed class NetSnmpTests
{
    private static IEnumerable<string> Commands =>
        Docs.Code("net-snmp.md")
            .Where(line => line.StartsWith("snmp", StringComparison.Ordinal))
            .Append("snmptable -v2c -c public 127.0.0.1:1161 ifTable");

    [TestCaseSource(nameof(Commands))]
    public void A_command_of_the_page_shows_names(string command)
    {
        var result = Run(command, command.Contains("-v2c", StringComparison.Ordinal) ? "" : Meter.ReaderCredentials);
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        Assert.That(result.Errors, Is.Empty);
        Assert.That(result.Output, Does.Contain("-MIB::"));
        Assert.That(result.Lines.Length, Is.GreaterThanOrEqualTo(2));
    }

    [Test]
    public void Credentials_at_the_end_of_the_file_do_not_hinder_asking_with_a_community()
    {
        var result = Run("snmpget -v2c -c public 127.0.0.1:1161 flowActiveFlows.0", Meter.ReaderCredentials);
        Assert.That(result.Output, Does.Contain("FLOW-METER-MIB::flowActiveFlows.0 = INTEGER: "), result.Errors);
    }

    private static ToolResult Run(string command, string more)
    {
        using var folder = new TemporaryFolder();
        folder.Write("snmp.conf", Docs.Read("snmp.conf").Replace("/usr/local/share/rtfm/mibs", MibModules.Folder, StringComparison.Ordinal) + more);
        return SnmpTool.Run("env", ["-u", "MIBS", $"SNMPCONFPATH={folder.Path}", .. Meter.Fill(command).Split(' ')]);
    }
}
