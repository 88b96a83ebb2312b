using System.Globalization;
using System.Text.RegularExpressions;
using Rtfm.Model;
using Rtfm.Model.Delay;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>The modules in mibs/ against smilint and Net-SNMP, and against the model that the programs are made of.</summary>
public sealed partial class MibModulesTests
{
    private static IEnumerable<string> Modules => MibModules.Names;

    private static IEnumerable<TestCaseData> Entries()
    {
        yield return Entry("FLOW-METER-MIB", "flowMIB", FlowMeterMib.Root);
        yield return Entry("FLOW-METER-MIB", "flowRuleSetInfoEntry", FlowMeterMib.RuleSetInfoEntry);
        yield return Entry("FLOW-METER-MIB", "flowInterfaceEntry", FlowMeterMib.InterfaceEntry);
        yield return Entry("FLOW-METER-MIB", "flowReaderInfoEntry", FlowMeterMib.ReaderInfoEntry);
        yield return Entry("FLOW-METER-MIB", "flowManagerInfoEntry", FlowMeterMib.ManagerInfoEntry);
        yield return Entry("FLOW-METER-MIB", "flowFloodMark.0", FlowMeterMib.FloodMark);
        yield return Entry("FLOW-METER-MIB", "flowInactivityTimeout.0", FlowMeterMib.InactivityTimeout);
        yield return Entry("FLOW-METER-MIB", "flowActiveFlows.0", FlowMeterMib.ActiveFlows);
        yield return Entry("FLOW-METER-MIB", "flowMaxFlows.0", FlowMeterMib.MaxFlows);
        yield return Entry("FLOW-METER-MIB", "flowFloodMode.0", FlowMeterMib.FloodMode);
        yield return Entry("FLOW-METER-MIB", "flowDataEntry", FlowMeterMib.DataEntry);
        yield return Entry("FLOW-METER-MIB", "flowColumnActivityEntry", FlowMeterMib.ColumnActivityEntry);
        yield return Entry("FLOW-METER-MIB", "flowDataPackageEntry", FlowMeterMib.DataPackageEntry);
        yield return Entry("FLOW-METER-MIB", "flowRuleEntry", FlowMeterMib.RuleEntry);
        yield return Entry("RTFM-METER-EXT-MIB", "rtfm", Oids.Rtfm);
        yield return Entry("RTFM-METER-EXT-MIB", "rtfmMeter", Oids.Meter);
        yield return Entry("RTFM-METER-EXT-MIB", "rtfmMeterExtMIB", Oids.MeterExtMib);
        yield return Entry("RTFM-METER-EXT-MIB", "rtfmMeterExtNotifications", Oids.MeterExtNotifications);
        yield return Entry("RTFM-METER-EXT-MIB", "rtfmNotifying", Oids.Notifying);
        yield return Entry("RTFM-DELAY-MIB", "rtfmDelayMIB", DelayMib.Root);
        yield return Entry("RTFM-DELAY-MIB", "rtfmDelayRingLength", [.. DelayMib.Control, DelayMib.ControlObject.RingLength]);
        yield return Entry("RTFM-DELAY-MIB", "rtfmDelayClockNow", [.. DelayMib.Clock, DelayMib.ClockObject.Now]);
        yield return Entry("RTFM-DELAY-MIB", "rtfmDelayGapReason", [.. DelayMib.GapEntry, DelayMib.GapColumn.Reason]);
        yield return Entry("RTFM-DELAY-MIB", "rtfmDelaySampleDirection", [.. DelayMib.SampleEntry, DelayMib.SampleColumn.Direction]);
        yield return Entry("RTFM-DELAY-MIB", "rtfmDelayPackageData", [.. DelayMib.PackageEntry, DelayMib.PackageColumn.Data]);
    }

    private static IEnumerable<FlowAttribute> Columns =>
        FlowAttributes.All.Where(attribute => attribute.Is(AttributeRoles.Column)).Select(attribute => attribute.Number);

    [OneTimeSetUp]
    public void RequireTools() => MibModules.RequireTools();

    [TestCaseSource(nameof(Modules))]
    public void Smilint_finds_nothing_wrong_in_a_module_at_level_3(string module)
    {
        var result = MibModules.Smilint(Path.Combine(MibModules.Folder, module + ".mib"));

        // The language has no size for an OBJECT IDENTIFIER; smilint wants one in an index all the same.
        var complaints = (result.Output + result.Errors).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(complaints.Where(each => !each.Contains("should but cannot have a size restriction", StringComparison.Ordinal)), Is.Empty);
        Assert.That(result.ExitCode, Is.Zero);
    }

    [Test]
    public void Smilint_would_tell_of_a_fault()
    {
        var faulty = Path.GetTempFileName();
        var text = File.ReadAllText(Path.Combine(MibModules.Folder, "FLOW-METER-MIB.mib"));
        File.WriteAllText(faulty, text.Replace("flowDataToOctets OBJECT-TYPE", "flowDataToOctet OBJECT-TYPE", StringComparison.Ordinal));

        var result = MibModules.Smilint(faulty);
        File.Delete(faulty);

        Assert.That(result.Output + result.Errors, Does.Contain("flowDataToOctets"));
    }

    [TestCaseSource(nameof(Modules))]
    public void A_file_is_named_after_its_module(string module)
    {
        var text = File.ReadAllText(Path.Combine(MibModules.Folder, module + ".mib"));

        Assert.That(text, Does.StartWith($"{module} DEFINITIONS ::= BEGIN\n"));
    }

    [TestCaseSource(nameof(Entries))]
    public void MIB_01_an_object_has_the_number_the_programs_know(string module, string name, string number) =>
        Assert.That(MibModules.NumberOf(module, name), Is.EqualTo(number));

    [TestCaseSource(nameof(Columns))]
    public void MIB_80_the_column_of_an_attribute_has_its_number(FlowAttribute attribute)
    {
        var name = FlowAttributes.Get(attribute).Name;
        // flowClass and flowKind are flowDataClass and flowDataKind; pduScale is flowDataPDUScale.
        var column = "flowData" + (name.StartsWith("flow", StringComparison.Ordinal) ? name[4..] : char.ToUpperInvariant(name[0]) + name[1..]);
        column = column.Replace("Pdu", "PDU", StringComparison.Ordinal);

        Assert.That(MibModules.NumberOf("FLOW-METER-MIB", column), Is.EqualTo(Text([.. FlowMeterMib.DataEntry, (uint)attribute])));
    }

    [Test]
    public void MIB_17_the_attributes_a_rule_may_test_are_those_of_the_model()
    {
        var expected = FlowAttributes
            .All.Where(attribute => attribute.Is(AttributeRoles.Testable) && attribute.Number <= FlowAttribute.V5)
            .ToDictionary(attribute => attribute.Name, attribute => (int)attribute.Number);

        Assert.That(Enumeration("flowRuleSelector"), Is.EquivalentTo(expected));
    }

    [Test]
    public void The_actions_of_a_rule_are_the_opcodes_of_the_model()
    {
        var expected = Enum.GetValues<Opcode>()
            .ToDictionary(opcode => char.ToLowerInvariant(opcode.ToString()[0]) + opcode.ToString()[1..], opcode => (int)opcode);

        Assert.That(Enumeration("flowRuleAction"), Is.EquivalentTo(expected));
    }

    [TestCase("flowRuleInfoStatus", "read-create", "RowStatus")]
    [TestCase("flowRuleInfoTimeStamp", "read-only", "TimeTicks")]
    [TestCase("flowInterfaceSampleRate", "read-write", "Integer32")]
    [TestCase("flowReaderLastTime", "read-create", "TimeTicks")]
    [TestCase("flowFloodMode", "read-write", "TruthValue")]
    [TestCase("flowDataRuleSet", "not-accessible", "(1..255)")]
    [TestCase("flowDataToOctets", "read-only", "Counter64")]
    [TestCase("flowColumnActivityIndex", "read-only", "(1..2147483647)")]
    [TestCase("flowPackageData", "read-only", "OCTET STRING")]
    [TestCase("flowRuleMask", "read-write", "(2..20)")]
    [TestCase("flowRuleParameter", "read-write", "(1..65535)")]
    public void An_object_has_the_access_and_the_syntax_of_RFC_2720(string name, string access, string syntax)
    {
        var definition = MibModules.DefinitionOf("FLOW-METER-MIB", name);

        Assert.That(definition, Does.Match($@"MAX-ACCESS\s+{access}\n"));
        Assert.That(definition, Does.Match(@"(SYNTAX|TEXTUAL CONVENTION).*" + Regex.Escape(syntax)));
    }

    [TestCase("SNMP-MPD-MIB", "snmpUnknownPDUHandlers", ".1.3.6.1.6.3.11.2.1.3", "read-only", "Counter32")]
    [TestCase("SNMP-TARGET-MIB", "snmpTargetAddrTAddress", ".1.3.6.1.6.3.12.1.2.1.3", "read-create", "TAddress")]
    [TestCase("SNMP-TARGET-MIB", "snmpTargetParamsSecurityLevel", ".1.3.6.1.6.3.12.1.3.1.5", "read-create", "SnmpSecurityLevel")]
    [TestCase("SNMP-NOTIFICATION-MIB", "snmpNotifyType", ".1.3.6.1.6.3.13.1.1.1.3", "read-create", "inform(2)")]
    [TestCase("SNMP-NOTIFICATION-MIB", "snmpNotifyFilterMask", ".1.3.6.1.6.3.13.1.3.1.2", "read-create", "(0..16)")]
    [TestCase("SNMP-USER-BASED-SM-MIB", "usmStatsWrongDigests", ".1.3.6.1.6.3.15.1.1.5", "read-only", "Counter32")]
    [TestCase("SNMP-USER-BASED-SM-MIB", "usmUserOwnPrivKeyChange", ".1.3.6.1.6.3.15.1.2.2.1.10", "read-create", "KeyChange")]
    [TestCase("SNMP-VIEW-BASED-ACM-MIB", "vacmGroupName", ".1.3.6.1.6.3.16.1.2.1.3", "read-create", "(1..32)")]
    [TestCase("SNMP-VIEW-BASED-ACM-MIB", "vacmAccessNotifyViewName", ".1.3.6.1.6.3.16.1.4.1.7", "read-create", "(0..32)")]
    [TestCase("SNMP-VIEW-BASED-ACM-MIB", "vacmViewTreeFamilyType", ".1.3.6.1.6.3.16.1.5.2.1.4", "read-create", "excluded(2)")]
    [TestCase("SNMP-COMMUNITY-MIB", "snmpCommunityTransportTag", ".1.3.6.1.6.3.18.1.1.1.6", "read-create", "SnmpTagValue")]
    [TestCase("SNMP-COMMUNITY-MIB", "snmpTargetAddrMMS", ".1.3.6.1.6.3.18.1.2.1.2", "read-create", "484")]
    [TestCase("RTFM-METER-EXT-MIB", "rtfmLossPackets", ".1.3.6.1.4.1.8072.9999.9999.2722.2.1.20.22", "accessible-for-notify", "Gauge32")]
    public void An_object_of_the_engine_is_as_its_RFC_has_it(string module, string name, string number, string access, string syntax)
    {
        var definition = MibModules.DefinitionOf(module, name);

        Assert.That(MibModules.NumberOf(module, name), Is.EqualTo(number));
        Assert.That(definition, Does.Match($@"MAX-ACCESS\s+{access}\n"));
        Assert.That(definition, Does.Match("(SYNTAX|TEXTUAL CONVENTION).*" + Regex.Escape(syntax)));
    }

    [TestCase("SNMP-USER-BASED-SM-MIB", "usmHMACSHAAuthProtocol", ".1.3.6.1.6.3.10.1.1.3")]
    [TestCase("SNMP-USM-HMAC-SHA2-MIB", "usmHMAC192SHA256AuthProtocol", ".1.3.6.1.6.3.10.1.1.5")]
    [TestCase("SNMP-USM-AES-MIB", "usmAesCfb128Protocol", ".1.3.6.1.6.3.10.1.2.4")]
    [TestCase("RTFM-METER-EXT-MIB", "rtfmHighWaterMarkReached", ".1.3.6.1.4.1.8072.9999.9999.2722.2.0.1")]
    [TestCase("RTFM-METER-EXT-MIB", "rtfmFloodModeBegan", ".1.3.6.1.4.1.8072.9999.9999.2722.2.0.3")]
    [TestCase("RTFM-METER-EXT-MIB", "rtfmRuleSetStopped", ".1.3.6.1.4.1.8072.9999.9999.2722.2.0.6")]
    [TestCase("RTFM-METER-EXT-MIB", "rtfmReaderOverdue", ".1.3.6.1.4.1.8072.9999.9999.2722.2.0.7")]
    [TestCase("RTFM-METER-EXT-MIB", "rtfmCaptureLossBegan", ".1.3.6.1.4.1.8072.9999.9999.2722.2.0.9")]
    public void A_protocol_or_a_notification_has_its_number(string module, string name, string number) =>
        Assert.That(MibModules.NumberOf(module, name), Is.EqualTo(number));

    [Test]
    public void All_modules_load_together_without_a_complaint()
    {
        var result = SnmpTool.Run("snmptranslate", ["-M", MibModules.Folder, "-m", "ALL", "-On", "FLOW-METER-MIB::flowDataToOctets"]);

        Assert.That(result.Errors, Is.Empty);
        Assert.That(result.Output.Trim(), Is.EqualTo(".1.3.6.1.2.1.40.2.1.1.27"));
    }

    [Test]
    public void Pysmi_compiles_all_modules()
    {
        if (!File.Exists("/usr/bin/mibdump"))
            Assert.Ignore("pysmi's mibdump is not installed");
        var folder = Directory.CreateTempSubdirectory("rtfm-pysmi-").FullName;

        // It brings the base modules along, and takes them for compiled.
        var result = SnmpTool.Run(
            "mibdump",
            [
                $"--mib-source=file://{MibModules.Folder}",
                "--mib-borrower=file:///nowhere",
                "--destination-format=json",
                $"--destination-directory={folder}",
                .. Modules,
            ]
        );
        var compiled = Directory.GetFiles(folder, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).ToList();
        Directory.Delete(folder, recursive: true);

        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        Assert.That(result.Errors, Does.Match(@"Failed MIBs:\s*\z").And.Match(@"Missing source MIBs:\s*Ignored MIBs:"));
        Assert.That(compiled, Is.SupersetOf(Modules.Where(module => module is not ("SNMPv2-SMI" or "SNMPv2-TC" or "SNMPv2-CONF"))));
    }

    private static TestCaseData Entry(string module, string name, ReadOnlySpan<uint> number) => new(module, name, Text(number));

    private static string Text(ReadOnlySpan<uint> number) => "." + string.Join('.', number.ToArray());

    private static Dictionary<string, int> Enumeration(string column) =>
        Label()
            .Matches(MibModules.DefinitionOf("FLOW-METER-MIB", column))
            .ToDictionary(label => label.Groups[1].Value, label => int.Parse(label.Groups[2].Value, CultureInfo.InvariantCulture));

    /// <summary><c>goto(10)</c>, but not the names in the path at the definition's end, which stand between blanks.</summary>
    [GeneratedRegex(@"(?<=[{,]\s?)(\w+)\((\d+)\)(?=[,}])")]
    private static partial Regex Label();
}
