using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>A meter behind the machine's own snmpd, as on a router that has one port 161.</summary>
[TestFixture]
public sealed class SubAgentTests
{
    private const string FlowMib = ".1.3.6.1.2.1.40";

    private MasterAgent _master = null!;

    [SetUp]
    public void Start()
    {
        if (!MasterAgent.IsInstalled)
            Assert.Ignore("snmpd is not installed");
        _master = MasterAgent.Start();
    }

    [TearDown]
    public void Stop() => _master?.Dispose();

    [Test]
    public void A_rule_set_is_loaded_and_its_flows_collected_through_the_master()
    {
        using var agent = AgentProcess.Start(
            null,
            "--agentx",
            _master.Socket,
            "--read",
            Path.Combine(Repository.Captures, "edge.pcap"),
            "--wait-for-rule-set"
        );
        Assert.That(() => agent.Output, Does.Contain("registered").After(10_000, 50));
        var rules = Path.Combine(Repository.Root, "docs", "rulesets", "five-tuple.srl");
        var load = SnmpTool.Run("dotnet", [Programs.Path("rtfm-manager"), "ruleset", "load", _master.Address, rules, "--run", "-c", "private"]);
        Assert.That(load.ExitCode, Is.Zero, load.Output + load.Errors);
        Assert.That(() => agent.Output, Does.Contain("packets read").After(10_000, 50));

        // The same, whichever way one asks; but for what goes on while one asks.
        var direct = agent.Snmp("snmpbulkwalk", "-Cr50", FlowMib + ".2");
        var through = _master.Snmp("snmpbulkwalk", "-Cr50", FlowMib + ".2");
        Assert.That(direct.Lines, Has.Length.GreaterThan(500));
        Assert.That(through.Lines, Is.EqualTo(direct.Lines));

        var store = Path.Combine(agent.StateDirectory, "flows.db");
        var collect = SnmpTool.Run(
            "dotnet",
            [Programs.Path("rtfm-meterreader"), "collect", "--once", "--target", _master.Address, "--store", store, "-c", "private"]
        );
        Assert.That(collect.ExitCode, Is.Zero, collect.Output + collect.Errors);
        Assert.That(collect.Output + collect.Errors, Does.Contain("flows in"));
    }

    [Test]
    public void A_meter_that_ends_takes_leave_and_its_objects_are_gone()
    {
        using var agent = AgentProcess.Start(null, "--agentx", _master.Socket);
        Assert.That(() => _master.Snmp("snmpwalk", FlowMib + ".1").Lines.Length, Is.GreaterThan(5).After(10_000, 50));
        agent.Stop();
        Assert.That(_master.Snmp("snmpwalk", FlowMib + ".1").Output, Does.Contain("No Such"));
    }

    [Test]
    public void The_master_answers_for_the_system_group_itself()
    {
        using var agent = AgentProcess.Start(null, "--agentx", _master.Socket);
        Assert.That(() => agent.Output, Does.Contain("registered").After(10_000, 50));
        Assert.That(_master.Snmp("snmpget", "1.3.6.1.2.1.1.1.0").Output, Does.Not.Contain("Rtfm"));
    }
}
