using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>Section F.2 of the conformance checklist, driven by hand with snmpset and snmpget as an operator would.</summary>
[TestFixture]
public sealed class FlowMeterMibControlTests
{
    private const string Info = ".1.3.6.1.2.1.40.1.1.1";
    private const string Interface = ".1.3.6.1.2.1.40.1.2.1";
    private const string Reader = ".1.3.6.1.2.1.40.1.3.1";
    private const string Task = ".1.3.6.1.2.1.40.1.4.1";
    private const string FloodMark = ".1.3.6.1.2.1.40.1.5.0";
    private const string Timeout = ".1.3.6.1.2.1.40.1.6.0";
    private const string ActiveFlows = ".1.3.6.1.2.1.40.1.7.0";
    private const string MaxFlows = ".1.3.6.1.2.1.40.1.8.0";
    private const string FloodMode = ".1.3.6.1.2.1.40.1.9.0";
    private const string Rule = ".1.3.6.1.2.1.40.3.1.1";

    private AgentProcess _agent = null!;

    [OneTimeSetUp]
    public void RequireTools()
    {
        if (!SnmpTool.IsInstalled)
            Assert.Ignore("Net-SNMP's tools are not installed");
    }

    [SetUp]
    public void Start() => _agent = AgentProcess.Start();

    [TearDown]
    public void Stop() => _agent?.Dispose();

    [Test]
    public void TC_32_to_35_a_rule_set_made_by_hand_passes_through_notReady_notInService_and_active()
    {
        Assert.That(Set(Info + ".5.2", "i", "5"), Is.Empty);
        Assert.That(Get(Info + ".5.2"), Is.EqualTo("3"));
        Assert.That(Get(Info + ".6.2"), Is.EqualTo("\"\""));
        Assert.That(Get(Info + ".2.2"), Does.Contain("No Such Instance"));

        Assert.That(Set(Info + ".2.2", "i", "3"), Is.Empty);
        Assert.That(Get(Info + ".5.2"), Is.EqualTo("2"));
        Assert.That(Get(Rule + ".6.2.3"), Is.EqualTo("1"));
        Assert.That(Get(Rule + ".4.2.3"), Is.EqualTo("\"00 00 \""));

        Assert.That(Set(Info + ".5.2", "i", "1"), Is.EqualTo("inconsistentValue"));
        Assert.That(Set(Rule + ".6.2.1", "i", "1", Rule + ".6.2.2", "i", "2", Rule + ".6.2.3", "i", "1"), Is.Empty);
        Assert.That(Set(Info + ".5.2", "i", "1"), Is.Empty);
        Assert.That(Get(Info + ".5.2"), Is.EqualTo("1"));
    }

    [Test]
    public void TC_36_37_an_active_rule_set_is_locked()
    {
        Load(2);
        Assert.That(Set(Rule + ".4.2.1", "x", "FFFF"), Is.EqualTo("notWritable"));
        Assert.That(Set(Info + ".6.2", "s", "x"), Is.EqualTo("notWritable"));
        Assert.That(Set(Info + ".2.2", "i", "4"), Is.EqualTo("notWritable"));
        Assert.That(Set(Info + ".3.2", "s", "me"), Is.EqualTo("notWritable"));
    }

    [Test]
    public void TC_38_39_rules_exist_up_to_the_size_of_their_set()
    {
        Load(2);
        Assert.That(Set(Info + ".5.2", "i", "2"), Is.Empty);
        Assert.That(Set(Rule + ".3.2.4", "i", "9"), Is.EqualTo("inconsistentName"));
        Assert.That(Set(Rule + ".3.9.1", "i", "9"), Is.EqualTo("inconsistentName"));
    }

    [Test]
    public void TC_40_41_42_43_44_row_status_refuses_what_RFC_2579_refuses()
    {
        Load(2);
        Assert.That(Set(Info + ".5.2", "i", "4"), Is.EqualTo("inconsistentValue"));
        Assert.That(Set(Info + ".5.2", "i", "5"), Is.EqualTo("inconsistentValue"));
        Assert.That(Set(Info + ".5.2", "i", "3"), Is.EqualTo("wrongValue"));
        Assert.That(Set(Info + ".5.2", "i", "0"), Is.EqualTo("wrongValue"));
        Assert.That(Set(Info + ".5.2", "i", "7"), Is.EqualTo("wrongValue"));
        Assert.That(Set(Info + ".5.2", "s", "1"), Is.EqualTo("wrongType"));
        Assert.That(Set(Info + ".5.77", "i", "6"), Is.Empty);
        Assert.That(Set(Info + ".5.77", "i", "1"), Is.EqualTo("inconsistentValue"));
        Assert.That(Set(Info + ".6.77", "s", "x"), Is.EqualTo("inconsistentName"));
        Assert.That(Set(Info + ".5.8", "i", "4", Info + ".3.8", "s", "me", Info + ".2.8", "i", "1"), Is.EqualTo("inconsistentValue"));
        Assert.That(Get(Info + ".5.8"), Does.Contain("No Such Instance"));
        Assert.That(Set(Info + ".5.0", "i", "5"), Is.EqualTo("noCreation"));
    }

    [Test]
    public void TC_45_MIB_39_the_built_in_rule_set_cannot_be_changed()
    {
        Assert.That(Set(Info + ".5.1", "i", "2"), Is.EqualTo("notWritable"));
        Assert.That(Set(Info + ".5.1", "i", "6"), Is.EqualTo("notWritable"));
        Assert.That(Set(Info + ".6.1", "s", "x"), Is.EqualTo("notWritable"));
        Assert.That(Set(Rule + ".6.1.1", "i", "1"), Is.EqualTo("notWritable"));
    }

    [Test]
    public void TC_46_to_49_a_task_names_active_rule_sets_and_keeps_them()
    {
        Load(2);
        Assert.That(Set(Task + ".8.5", "i", "4", Task + ".2.5", "i", "2", Task + ".6.5", "s", "m"), Is.Empty);
        Assert.That(
            new[] { Get(Task + ".8.5"), Get(Task + ".3.5"), Get(Task + ".4.5"), Get(Task + ".9.5"), Get(Task + ".5.5") },
            Is.EqualTo(new[] { "1", "0", "0", "2", "1" })
        );
        Assert.That(Set(Info + ".5.2", "i", "2"), Is.EqualTo("inconsistentValue"));
        Assert.That(Set(Info + ".5.2", "i", "6"), Is.EqualTo("inconsistentValue"));
        Assert.That(Set(Task + ".2.5", "i", "9"), Is.EqualTo("inconsistentValue"));
        Assert.That(Set(Task + ".2.5", "i", "-1"), Is.EqualTo("wrongValue"));
        Assert.That(Set(Task + ".2.5", "i", "0"), Is.Empty);
        Assert.That(Set(Info + ".5.2", "i", "6"), Is.Empty);
        Assert.That(Get(Info + ".5.2"), Does.Contain("No Such Instance"));
        Assert.That(Get(Rule + ".6.2.1"), Does.Contain("No Such Instance"));
    }

    [Test]
    public void TC_50_51_the_marks_of_a_task_are_checked_and_its_owner_locked()
    {
        Load(2);
        Assert.That(Set(Task + ".8.5", "i", "4", Task + ".2.5", "i", "2", Task + ".6.5", "s", "m"), Is.Empty);
        Assert.That(Set(Task + ".4.5", "i", "101"), Is.EqualTo("wrongValue"));
        Assert.That(Set(Task + ".4.5", "i", "100"), Is.Empty);
        Assert.That(Set(Task + ".5.6", "i", "3"), Is.EqualTo("wrongValue"));
        Assert.That(Set(Task + ".6.5", "s", "z"), Is.EqualTo("inconsistentValue"));
    }

    [Test]
    public void TC_52_53_54_55_a_reader_registers_and_the_meter_takes_its_own_times()
    {
        Assert.That(Set(Reader + ".6.1", "i", "4", Reader + ".3.1", "s", "r"), Is.EqualTo("inconsistentValue"));
        Assert.That(Set(Reader + ".6.1", "i", "4", Reader + ".7.1", "i", "2", Reader + ".3.1", "s", "r", Reader + ".2.1", "i", "300"), Is.Empty);
        Assert.That(Get(Reader + ".4.1"), Is.EqualTo("0"));
        Assert.That(Get(Reader + ".5.1"), Is.EqualTo("0"));

        Assert.That(Set(Reader + ".4.1", "t", "5"), Is.Empty);
        var first = Get(Reader + ".4.1");
        Assert.That(first, Is.Not.EqualTo("5").And.Not.EqualTo("0"));
        Assert.That(Set(Reader + ".4.1", "t", "5"), Is.Empty);
        Assert.That(Get(Reader + ".5.1"), Is.EqualTo(first));

        Assert.That(Set(Reader + ".7.1", "i", "3"), Is.EqualTo("inconsistentValue"));
        Assert.That(Set(Reader + ".2.1", "i", "600"), Is.Empty);
        Assert.That(Set(Reader + ".7.2", "i", "0"), Is.EqualTo("wrongValue"));
        Assert.That(Set(Reader + ".5.1", "t", "1"), Is.EqualTo("notWritable"));
    }

    [Test]
    public void TC_57_58_59_60_scalars_start_as_the_RFC_says_and_are_writable_where_it_says()
    {
        Assert.That(new[] { Get(FloodMark), Get(Timeout), Get(ActiveFlows), Get(FloodMode) }, Is.EqualTo(new[] { "95", "600", "0", "2" }));
        Assert.That(Set(FloodMark, "i", "101"), Is.EqualTo("wrongValue"));
        Assert.That(Set(FloodMark, "i", "-1"), Is.EqualTo("wrongValue"));
        Assert.That(Set(FloodMark, "i", "0"), Is.Empty);
        Assert.That(Set(MaxFlows, "i", "5"), Is.EqualTo("notWritable"));
        Assert.That(Set(".1.3.6.1.2.1.40.2.1.1.27.2.0.1", "i", "1"), Is.EqualTo("notWritable"));
        Assert.That(Set(Info + ".4.2", "t", "1"), Is.EqualTo("notWritable"));
        Assert.That(Set(Timeout, "i", "300", MaxFlows, "i", "5"), Is.EqualTo("notWritable"));
        Assert.That(Get(Timeout), Is.EqualTo("600"));
    }

    [Test]
    public void TC_61_62_63_the_columns_of_a_rule_are_checked()
    {
        Load(2);
        Assert.That(Set(Info + ".5.2", "i", "2"), Is.Empty);
        Assert.That(Set(Rule + ".4.2.1", "x", "FF"), Is.EqualTo("wrongLength"));
        Assert.That(Set(Rule + ".4.2.1", "x", new string('F', 42)), Is.EqualTo("wrongLength"));
        Assert.That(Set(Rule + ".4.2.1", "i", "1"), Is.EqualTo("wrongType"));
        foreach (var selector in new[] { "27", "7", "26", "56", "-1" })
            Assert.That(Set(Rule + ".3.2.1", "i", selector), Is.EqualTo("wrongValue"), selector);
        foreach (var selector in new[] { "50", "55", "35", "0" })
            Assert.That(Set(Rule + ".3.2.1", "i", selector), Is.Empty, selector);
        Assert.That(Set(Rule + ".6.2.1", "i", "0"), Is.EqualTo("wrongValue"));
        Assert.That(Set(Rule + ".6.2.1", "i", "18"), Is.EqualTo("wrongValue"));
        Assert.That(Set(Rule + ".7.2.1", "i", "0"), Is.EqualTo("wrongValue"));
        Assert.That(Set(Rule + ".7.2.1", "i", "65536"), Is.EqualTo("wrongValue"));
    }

    [Test]
    public void TC_64_only_interfaces_the_meter_has_take_a_sample_rate() => Assert.That(Set(Interface + ".1.99", "i", "1"), Is.EqualTo("noCreation"));

    [Test]
    public void TC_65_index_columns_are_no_objects()
    {
        Assert.That(Get(Info + ".1.1"), Does.Contain("No Such Object"));
        Assert.That(Get(".1.3.6.1.2.1.40.2.1.1.1.2.0.1"), Does.Contain("No Such Object"));
        Assert.That(Get(".1.3.6.1.2.1.40.2.3.1.1.1.11.2.0.1"), Does.Contain("No Such Object"));
    }

    [Test]
    public void TC_66_SNMPv1_gets_its_own_error()
    {
        Load(2);
        var result = SnmpTool.Run(
            "snmpset",
            ["-v1", "-c", AgentProcess.WriteCommunity, "-On", _agent.EndPoint.ToString(), Rule + ".4.2.1", "x", "FFFF"]
        );
        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(result.Errors, Does.Contain("noSuchName").IgnoreCase);
    }

    [Test]
    public void MIB_25_a_locked_column_may_be_set_together_with_taking_the_rule_set_out_of_service()
    {
        Load(2);
        Assert.That(Set(Rule + ".4.2.1", "x", "FF00", Info + ".5.2", "i", "2", Info + ".6.2", "s", "new"), Is.Empty);
        Assert.That(Get(Info + ".6.2"), Is.EqualTo("\"new\""));
        Assert.That(Get(Rule + ".4.2.1"), Is.EqualTo("\"FF 00 \""));
    }

    [Test]
    public void MIB_04_a_refused_SET_changes_nothing_of_what_stood_before_the_error()
    {
        Assert.That(Set(Timeout, "i", "300", FloodMark, "i", "101"), Is.EqualTo("wrongValue"));
        Assert.That(Get(Timeout), Is.EqualTo("600"));
    }

    [Test]
    public void A_rule_set_and_its_task_run_again_after_the_agent_is_killed()
    {
        Load(2);
        Assert.That(Set(Task + ".8.5", "i", "4", Task + ".2.5", "i", "2", Task + ".6.5", "s", "m", Timeout, "i", "77"), Is.Empty);
        _agent.Kill();
        using var again = AgentProcess.Start(_agent.StateDirectory);
        Assert.That(again.Snmp("snmpget", "-Oqv", Info + ".5.2").Output.Trim(), Is.EqualTo("1"));
        Assert.That(again.Snmp("snmpget", "-Oqv", Task + ".2.5").Output.Trim(), Is.EqualTo("2"));
        Assert.That(again.Snmp("snmpget", "-Oqv", Timeout).Output.Trim(), Is.EqualTo("77"));
    }

    /// <summary>Three rules, loaded and active.</summary>
    private void Load(int ruleSet)
    {
        Assert.That(Set($"{Info}.5.{ruleSet}", "i", "5", $"{Info}.2.{ruleSet}", "i", "3", $"{Info}.3.{ruleSet}", "s", "me"), Is.Empty);
        for (var rule = 1; rule <= 3; rule++)
            Assert.That(Set($"{Rule}.6.{ruleSet}.{rule}", "i", rule == 3 ? "4" : "11", $"{Rule}.7.{ruleSet}.{rule}", "i", "3"), Is.Empty);
        Assert.That(Set($"{Info}.5.{ruleSet}", "i", "1"), Is.Empty);
    }

    /// <summary>Empty where the SET succeeded, else the error-status in Net-SNMP's words.</summary>
    private string Set(params string[] nameTypeValue)
    {
        var result = _agent.Snmp("snmpset", nameTypeValue);
        if (result.ExitCode == 0)
            return "";
        var reason = result.Errors.Split('\n').FirstOrDefault(line => line.StartsWith("Reason:", StringComparison.Ordinal)) ?? result.Errors;
        return NetSnmpWords.FirstOrDefault(word => reason.Contains(word.Words, StringComparison.OrdinalIgnoreCase)).Status ?? reason;
    }

    private string Get(string name) => _agent.Snmp("snmpget", "-Oqv", name).Output.Trim();

    private static readonly (string Words, string Status)[] NetSnmpWords =
    [
        ("notWritable", "notWritable"),
        ("inconsistentValue", "inconsistentValue"),
        ("inconsistentName", "inconsistentName"),
        ("wrongValue", "wrongValue"),
        ("wrongType", "wrongType"),
        ("wrongLength", "wrongLength"),
        ("noCreation", "noCreation"),
        ("noAccess", "noAccess"),
    ];
}
