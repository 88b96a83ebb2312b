using System.Text.RegularExpressions;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests.Integration;

/// <summary>docs/integration/net-snmp.md and snmp.conf, with the tools themselves.</summary>
public sealed partial class NetSnmpTests
{
    private static IEnumerable<string> Commands =>
        Docs.Code("net-snmp.md").Where(line => CommandOfNetSnmp().IsMatch(line)).Append("snmptable -v2c -c public 127.0.0.1:1161 ifTable");

    [TestCaseSource(nameof(Commands))]
    public void A_command_of_the_page_shows_names(string command)
    {
        // Flows are among the busiest for some seconds only: a meter of its own.
        using var agent = command.Contains("rtfmTopFlowTable", StringComparison.Ordinal) ? Meter.StartAgent() : null;
        using var home = new TemporaryFolder();
        Directory.CreateDirectory($"{home.Path}/.snmp");
        Directory.CreateDirectory($"{home.Path}/meter/snmp");
        home.Write(".snmp/snmp.conf", Docs.Read("snmp.conf").Replace("/usr/local/share/rtfm/mibs", MibModules.Folder, StringComparison.Ordinal));
        home.Write("meter/snmp/snmp.conf", Meter.ReaderCredentials);

        var result = SnmpTool.Run("env", ["-C", home.Path, "-u", "MIBS", $"HOME={home.Path}", "sh", "-c", Meter.Fill(command, agent)]);

        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        Assert.That(result.Errors, Is.Empty);
        Assert.That(result.Output, Does.Contain("-MIB::"));
        Assert.That(result.Lines, Has.Length.GreaterThanOrEqualTo(2));
    }

    [GeneratedRegex(@"^(SNMPCONFPATH=\S+ )?snmp(get|walk|table) ")]
    private static partial Regex CommandOfNetSnmp();
}
