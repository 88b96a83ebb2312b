using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>What the agent answers, read by Net-SNMP with the modules of mibs/: each object has a name there, and the type it has there.</summary>
public sealed class MibModulesWithAgentTests
{
    private const string Administration =
        "SNMP-MPD-MIB:SNMP-TARGET-MIB:SNMP-NOTIFICATION-MIB:SNMP-USER-BASED-SM-MIB:SNMP-VIEW-BASED-ACM-MIB:SNMP-COMMUNITY-MIB";
    private const string Password = "correct horse";

    private AgentProcess _agent = null!;

    [OneTimeSetUp]
    public void StartAgent()
    {
        MibModules.RequireTools();
        var state = Directory.CreateTempSubdirectory("rtfm-agent-").FullName;
        var passwords = Path.Combine(state, "passwords");
        File.WriteAllText(passwords, Password + "\n");
        string[] add = ["user", "add", "admin", "--write", "--password-file", passwords, "--state", state];
        Assert.That(SnmpTool.Run("dotnet", [Programs.Path("rtfm-agent"), .. add]).ExitCode, Is.Zero);
        string[] arguments = ["--notify", "udp:127.0.0.1:9", "--notify-community", "nobody"];
        _agent = AgentProcess.Start(state, [.. arguments, "--read", Path.Combine(Repository.Root, "tests", "captures", "edge.pcap")]);
        // rtfmTopFlowTable shows what is there when it is looked at first, for some seconds.
        Assert.That(() => _agent.Snmp("snmpget", "1.3.6.1.2.1.40.1.7.0").Output, Does.Match(@": [1-9]\d*\n").After(10_000, 50));
    }

    [OneTimeTearDown]
    public void StopAgent() => _agent?.Dispose();

    [Test]
    public void Snmpwalk_loads_the_meter_s_module_and_shows_names()
    {
        var result = Walk("FLOW-METER-MIB", "flowMIB");

        Assert.That(result.Errors, Is.Empty);
        Assert.That(result.Lines, Has.Some.StartsWith("FLOW-METER-MIB::flowRuleInfoStatus.1 = INTEGER: active(1)"));
        // The octets of a package go over several lines.
        Assert.That(result.Lines, Has.All.Match("^(FLOW-METER-MIB::|[0-9A-F ]+$)"));
    }

    [Test]
    public void All_that_the_agent_shows_is_in_a_module_with_the_right_type()
    {
        var result = Walk(string.Join(':', MibModules.Names), ".1");

        Assert.That(result.Errors, Is.Empty);
        Assert.That(result.Lines, Has.Length.GreaterThan(50));
        // SNMPv2-SMI::mib-2.1.99 would be an object without a name; "Wrong Type" is Net-SNMP's word for a value that is not as declared.
        Assert.That(result.Lines, Has.None.StartsWith("SNMPv2-SMI::"));
        Assert.That(result.Lines, Has.None.Contain("Wrong Type"));
    }

    [Test]
    public void Users_views_communities_and_targets_are_in_a_module_with_the_right_type()
    {
        string[] login = ["-v3", "-u", "admin", "-l", "authPriv", "-a", "SHA-256", "-A", Password, "-x", "AES", "-X", Password];
        var result = SnmpTool.Run(
            "snmpwalk",
            [
                .. login,
                "-M",
                MibModules.SearchPath,
                "-m",
                $"SNMPv2-MIB:{Administration}:SNMP-USM-AES-MIB:SNMP-USM-HMAC-SHA2-MIB",
                "-t5",
                _agent.EndPoint.ToString(),
                ".1.3.6.1.6.3",
            ]
        );

        Assert.That(result.Errors, Is.Empty);
        Assert.That(result.Lines, Has.None.StartsWith("SNMPv2-SMI::").And.None.Contain("Wrong Type"));
        foreach (var name in (string[])["usmUserAuthProtocol", "vacmGroupName", "snmpCommunityName", "snmpTargetAddrTAddress", "snmpNotifyTag"])
            Assert.That(result.Output, Does.Contain($"::{name}."));
        Assert.That(result.Output, Does.Contain("usmHMAC192SHA256AuthProtocol").And.Contain("usmAesCfb128Protocol"));
    }

    [Test]
    public void Every_readable_object_of_our_own_module_is_there()
    {
        var shown = Walk("RTFM-METER-EXT-MIB", "rtfmMeterExtMIB")
            .Lines.Select(line => line.Split(["::", "."], 3, StringSplitOptions.None)[1])
            .Distinct();

        // rtfmUnparsed and rtfmStage have rows from the start; rtfmRuleSet has one for the built-in rule set.
        Assert.That(
            shown,
            Is.EqualTo([
                "rtfmStageName",
                "rtfmStageIn",
                "rtfmStageOut",
                "rtfmStageLost",
                "rtfmStageRemark",
                "rtfmUnparsedReason",
                "rtfmUnparsedPackets",
                "rtfmUnparsedKind",
                "rtfmRuleSetSeen",
                "rtfmRuleSetCounted",
                "rtfmRuleSetIgnored",
                "rtfmRuleSetUnmatched",
                "rtfmRuleSetLost",
                "rtfmRuleSetFaults",
                "rtfmRuleSetFlows",
                "rtfmRuleSetOctetRate",
                "rtfmRuleSetPacketRate",
                "rtfmMeterVersion",
                "rtfmMeterMemory",
                "rtfmOctetLayer",
                "rtfmFlowsWithoutStatistics",
                "rtfmSourceName",
                "rtfmSourceInterface",
                "rtfmSourceReceived",
                "rtfmSourceLostByInterface",
                "rtfmSourceLostByKernel",
                "rtfmSourceDamaged",
                "rtfmTopFlowIndex",
                "rtfmTopFlowDescription",
                "rtfmTopFlowSourceAddressType",
                "rtfmTopFlowSourceAddress",
                "rtfmTopFlowDestAddressType",
                "rtfmTopFlowDestAddress",
                "rtfmTopFlowProtocol",
                "rtfmTopFlowSourcePort",
                "rtfmTopFlowDestPort",
                "rtfmTopFlowOctets",
                "rtfmTopFlowPackets",
                "rtfmTopFlowOctetRate",
                "rtfmTopFlowPacketRate",
                "rtfmTopFlowTime",
                "rtfmTopFlowInterval",
                "rtfmNotificationsRaised",
                "rtfmNotificationsRateLimited",
                "rtfmNotificationsQueueDropped",
                "rtfmNotificationsFiltered",
                "rtfmNotificationsHidden",
                "rtfmNotificationsUnsendable",
                "rtfmNotificationsTraps",
                "rtfmNotificationsInforms",
                "rtfmNotificationsRetries",
                "rtfmNotificationsAcknowledged",
                "rtfmNotificationsGivenUp",
                "rtfmNotificationsInformsDropped",
                "rtfmNotificationsSendFailures",
            ])
        );
    }

    private ToolResult Walk(string modules, string root) =>
        SnmpTool.Run(
            "snmpwalk",
            ["-v2c", "-c", AgentProcess.ReadCommunity, "-M", MibModules.SearchPath, "-m", modules, "-t5", _agent.EndPoint.ToString(), root]
        );
}
