using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>What the agent shows of its host, against Net-SNMP's own agent on the same machine, and read with Net-SNMP's tools.</summary>
[TestFixture]
public sealed class HostMibTests
{
    private const string IfTable = ".1.3.6.1.2.1.2.2.1";
    private const string IfXTable = ".1.3.6.1.2.1.31.1.1.1";

    private AgentProcess _agent = null!;
    private SnmpdProcess? _snmpd;

    [OneTimeSetUp]
    public void StartAgent()
    {
        MibModules.RequireTools();
        _agent = AgentProcess.Start();
        // It lists the interfaces and samples the processors once in a while: what it has not looked at yet is 0.
        _snmpd = SnmpdProcess.Start();
    }

    [OneTimeTearDown]
    public void StopAgents()
    {
        _agent?.Dispose();
        _snmpd?.Dispose();
    }

    [TestCase(IfTable + ".1", Description = "ifIndex")]
    [TestCase(IfTable + ".2", Description = "ifDescr")]
    [TestCase(IfTable + ".4", Description = "ifMtu")]
    [TestCase(IfTable + ".6", Description = "ifPhysAddress")]
    [TestCase(IfTable + ".7", Description = "ifAdminStatus")]
    [TestCase(IfTable + ".8", Description = "ifOperStatus")]
    [TestCase(IfXTable + ".1", Description = "ifName")]
    [TestCase(IfXTable + ".18", Description = "ifAlias")]
    [TestCase(".1.3.6.1.2.1.4.1", Description = "ipForwarding")]
    [TestCase(".1.3.6.1.2.1.4.2", Description = "ipDefaultTTL")]
    [TestCase(".1.3.6.1.2.1.4.20.1.1", Description = "ipAdEntAddr")]
    [TestCase(".1.3.6.1.2.1.4.20.1.2", Description = "ipAdEntIfIndex")]
    [TestCase(".1.3.6.1.2.1.4.20.1.3", Description = "ipAdEntNetMask")]
    [TestCase(".1.3.6.1.2.1.25.2.2", Description = "hrMemorySize")]
    [TestCase(".1.3.6.1.2.1.25.3.4.1.1", Description = "hrNetworkIfIndex")]
    [TestCase(".1.3.6.1.4.1.2021.4.3", Description = "memTotalSwap")]
    [TestCase(".1.3.6.1.4.1.2021.4.5", Description = "memTotalReal")]
    [TestCase(".1.3.6.1.4.1.2021.10.1.2", Description = "laNames")]
    [TestCase(".1.3.6.1.4.1.2021.11.67", Description = "ssCpuNumCpus")]
    public void An_object_has_the_same_instances_and_values_as_snmpd_shows(string root)
    {
        var ours = Walk(root);
        Assert.That(ours, Is.Not.Empty);
        Assert.That(ours, Is.EqualTo(_snmpd!.Walk(root)));
    }

    [Test]
    public void Interfaces_of_hardware_have_the_types_and_speeds_that_snmpd_shows()
    {
        var (ours, theirs) = (Walk(IfTable), _snmpd!.Walk(IfTable));
        // Bridges, tunnels and the like are Ethernet to snmpd, and a speed it does not know is sometimes 10 Mbit/s.
        foreach (var (name, _) in Walk($"{IfXTable}.17").Where(each => each.Value == "INTEGER: 1"))
        {
            var index = name.Split('.')[^1];
            Assert.That(ours[$"{IfTable}.3.{index}"], Is.EqualTo(theirs[$"{IfTable}.3.{index}"]));
            Assert.That(ours[$"{IfTable}.5.{index}"], Is.EqualTo(theirs[$"{IfTable}.5.{index}"]));
        }
    }

    [TestCase(".1.3.6.1.4.1.2021.4.6.0", 0.2, Description = "memAvailReal")]
    [TestCase(".1.3.6.1.4.1.2021.4.15.0", 0.2, Description = "memCached")]
    [TestCase(".1.3.6.1.2.1.25.1.1.0", 0.01, Description = "hrSystemUptime")]
    [TestCase(".1.3.6.1.2.1.25.1.6.0", 0.3, Description = "hrSystemProcesses")]
    public void A_figure_is_about_what_snmpd_shows(string instance, double deviation)
    {
        var expected = Number(_snmpd!.Walk(instance)[instance]);
        Assert.That(Number(Walk(instance)[instance]), Is.EqualTo(expected).Within(expected * deviation));
    }

    [TestCase("snmpwalk")]
    [TestCase("snmpbulkwalk")]
    public void A_walk_of_everything_ends_without_an_error_and_its_names_increase(string tool)
    {
        // Without -Cc the tools end with an error where a name does not increase.
        var result = _agent.Snmp(tool, ".1");
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        Assert.That(result.Errors, Is.Empty);
        Assert.That(result.Lines, Has.Length.GreaterThan(400));
    }

    [TestCase("IF-MIB::ifTable", "eth|lo|en|wl")]
    [TestCase("IF-MIB::ifXTable", "lo")]
    [TestCase("HOST-RESOURCES-MIB::hrStorageTable", "Physical memory")]
    [TestCase("HOST-RESOURCES-MIB::hrDeviceTable", "network interface lo")]
    [TestCase("HOST-RESOURCES-MIB::hrSWRunTable", "rtfm-agent")]
    [TestCase("UCD-SNMP-MIB::laTable", "Load-15")]
    [TestCase("ENTITY-MIB::entPhysicalTable", "chassis")]
    [TestCase("IP-MIB::ipAddrTable", "127.0.0.1")]
    public void Snmptable_shows_a_table(string table, string content)
    {
        var result = SnmpTool.Run(
            "snmptable",
            ["-v2c", "-c", AgentProcess.ReadCommunity, "-M", MibModules.Folder, "-m", "ALL", "-t5", _agent.EndPoint.ToString(), table]
        );
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        Assert.That(result.Output, Does.Match(content));
    }

    [Test]
    public void Each_module_that_sysORTable_names_has_objects()
    {
        var rows = _agent.Snmp("snmpwalk", ".1.3.6.1.2.1.1.9.1.3").Lines;
        Assert.That(rows, Has.Length.GreaterThanOrEqualTo(9));
        foreach (
            var (words, root) in (IEnumerable<(string, string)>)
                [
                    ("IF-MIB", ".1.3.6.1.2.1.31"),
                    ("IP-MIB", ".1.3.6.1.2.1.4"),
                    ("HOST-RESOURCES-MIB", ".1.3.6.1.2.1.25"),
                    ("ENTITY-MIB", ".1.3.6.1.2.1.47"),
                    ("UCD-SNMP-MIB", ".1.3.6.1.4.1.2021"),
                    ("FLOW-METER-MIB", ".1.3.6.1.2.1.40"),
                    ("RTFM-METER-EXT-MIB", ".1.3.6.1.4.1.8072"),
                ]
        )
        {
            Assert.That(rows, Has.Some.Contain(words));
            Assert.That(Walk(root), Is.Not.Empty);
        }
    }

    private Dictionary<string, string> Walk(string root) => SnmpdProcess.ParseWalk(_agent.Snmp("snmpbulkwalk", root));

    private static double Number(string value) =>
        double.Parse(value.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1], System.Globalization.CultureInfo.InvariantCulture);
}
