using Rtfm.Agent.Domain;
using Rtfm.Model;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Domain;

/// <summary>RTFM-DOMAIN-MIB of whole agents, as Net-SNMP's tools see it.</summary>
[TestFixture]
public sealed class DomainMibTests
{
    private const string Mib = ".1.3.6.1.4.1.8072.9999.9999.2722.3.1";
    private const string Self = $"{Mib}.1";
    private const string Order = $"{Mib}.5";
    private const string Protocol = $"{Mib}.7";

    private TestDomain _domain = null!;

    [OneTimeSetUp]
    public void Start()
    {
        if (!SnmpTool.IsInstalled)
            Assert.Ignore("Net-SNMP's tools are not installed");
        _domain = TestDomain.Of(3);
    }

    [OneTimeTearDown]
    public void Stop() => _domain?.Dispose();

    [Test]
    public void Any_member_tells_who_is_master()
    {
        _domain.AwaitMembers(3);
        foreach (var member in _domain.Running)
        {
            var role = member.IsMaster ? 5 : 3;
            var result = Get(member, $"{Self}.1.0", $"{Self}.2.0", $"{Self}.5.0", $"{Self}.9.0");
            Assert.That(result.Lines, Is.EqualTo(new[] { "\"test\"", $"{role}", $"\"{_domain.Master.Address}\"", "1" }));
        }
    }

    [Test]
    public void The_list_of_members_is_at_each_of_them()
    {
        foreach (var member in _domain.Running)
        {
            var addresses = member.Snmp("snmpwalk", "-Oqv", $"{Mib}.3.1.2").Lines.Order();
            Assert.That(addresses, Is.EqualTo(_domain.Running.Select(each => $"\"{each.Address}\"").Order()));
        }
        // alive(2) at the master, unknown(1) elsewhere.
        Assert.That(_domain.Master.Snmp("snmpwalk", "-Oqv", $"{Mib}.3.1.6").Lines, Is.EqualTo(new[] { "2", "2", "2" }));
        Assert.That(_domain.Others.First().Snmp("snmpwalk", "-Oqv", $"{Mib}.3.1.6").Lines, Is.EqualTo(new[] { "1", "1", "1" }));
    }

    [Test]
    public void The_state_can_be_put_together_from_its_parts()
    {
        var state = _domain.Master.State;
        var parts = _domain.Master.Snmp("snmpwalk", "-Oqv", "-Ox", $"{Mib}.8.1.4.{state.Version.Term}.{state.Version.Number}");
        var octets = Convert.FromHexString(string.Concat(parts.Output.Where(char.IsAsciiHexDigit)));
        Assert.That(DomainJson.ReadState(octets).Members, Is.EqualTo(state.Members));
    }

    [Test]
    public void Figures_are_of_this_machine()
    {
        var figures = _domain.Master.Snmp("snmpwalk", "-Oqv", $"{Mib}.2").Lines.Select(uint.Parse).ToArray();
        Assert.That(figures, Has.Length.EqualTo(10));
        Assert.That(figures[0], Is.LessThanOrEqualTo(1_000));
        Assert.That(figures[1], Is.EqualTo(Environment.ProcessorCount));
        Assert.That(figures[6], Is.GreaterThan(figures[7]));
        Assert.That((figures[8], figures[9]), Is.EqualTo((10_000, 10_000)));
    }

    [TestCase($"{Self}.13.0", "i", "2")]
    [TestCase($"{Self}.14.0", "i", "0")]
    [TestCase($"{Protocol}.17.0", "u", "99")]
    [TestCase($"{Order}.5.0", "s", "edge")]
    public void Who_is_not_authenticated_may_not_write(string name, string type, string value)
    {
        var master = _domain.Master;
        var result = SnmpTool.Run("snmpset", ["-v2c", "-c", AgentProcess.WriteCommunity, master.Address, name, type, value]);

        Assert.That(result.Errors, Does.Contain("noAccess"));
        Assert.That(_domain.Master, Is.SameAs(master));
    }

    [TestCase("1.0 u 999", Description = "a vote without its other objects")]
    [TestCase("1.0 u 999 2.0 x 8000000001 3.0 u 9 4.0 u 9 5.0 i 2 17.0 u 999", Description = "two messages")]
    [TestCase("1.0 u 2000000 2.0 x 8000000001 3.0 u 9 4.0 u 9 5.0 i 2", Description = "a term that is too far ahead")]
    [TestCase("6.0 u 0 7.0 x 8000000001 8.0 s a:1 9.0 u 0 10.0 u 0 11.0 u 0", Description = "a claim of a term that is over")]
    [TestCase("12.0 x 8000000001 13.0 u 0 14.0 u 0 15.0 u 0 16.0 s edge#1", Description = "a report for a term that is over")]
    public void A_message_that_is_refused_is_answered_with_inconsistentValue(string words)
    {
        var term = _domain.Master.Node.Election.Term;
        var result = Set(_domain.Master, words);

        Assert.That(result.Errors, Does.Contain("inconsistentValue"));
        Assert.That(_domain.Master.Node.Election.Term, Is.EqualTo(term));
    }

    [TestCase("1.0 i 1", "wrongType")]
    [TestCase("2.0 x 80", "wrongLength")]
    [TestCase("5.0 i 4", "wrongValue")]
    [TestCase("5.1 i 1", "noCreation")]
    public void A_value_that_fits_no_object_is_told(string words, string error) =>
        Assert.That(Set(_domain.Master, words).Errors, Does.Contain(error));

    [Test]
    public void An_order_is_refused_by_who_is_not_the_master()
    {
        var other = _domain.Others.First();
        Assert.That(other.Snmp("snmpset", $"{Order}.5.0", "s", "edge", $"{Order}.6.0", "u", "0").Errors, Does.Contain("inconsistentValue"));
    }

    [Test]
    public void A_rule_set_is_applied_and_shown_by_orders_and_tables()
    {
        var master = _domain.Master;
        master.Node.RuleSets.Add("walked", 3, RuleSet.BuiltIn);
        var number = master.Meter.Current.RuleSets.First(each => each.Value.Name == "walked#3").Key;
        string[] order = [$"{Order}.1.0", "s", "walked", $"{Order}.2.0", "u", "3", $"{Order}.3.0", "i", $"{number}", $"{Order}.4.0", "i", "2"];
        Assert.That(master.Snmp("snmpset", order).ExitCode, Is.Zero);

        _domain.AwaitRunning("walked", 3);
        // Active everywhere, as soon as all have said so.
        TestDomain.Await(() => master.Snmp("snmpwalk", "-Oqv", $"{Mib}.6.1.2").Lines.SequenceEqual(["4", "4", "4"]));
        Assert.That(master.Snmp("snmpwalk", "-Oqv", $"{Mib}.4.1.2").Lines, Is.EqualTo(new[] { "\"walked\"" }));
        Assert.That(master.Snmp("snmpwalk", "-Oqv", $"{Mib}.4.1.3").Lines, Is.EqualTo(new[] { "3" }));

        TestDomain.Await(() => master.Snmp("snmpset", $"{Order}.5.0", "s", "walked", $"{Order}.6.0", "u", "0").ExitCode == 0);
        TestDomain.Await(() => _domain.Running.All(each => each.Node.RuleSets.Loaded.IsEmpty));
    }

    private static ToolResult Get(TestMember member, params string[] names) => member.Snmp("snmpget", ["-Oqv", .. names]);

    /// <param name="words">Names in rtfmDomainProtocol, types and values.</param>
    private static ToolResult Set(TestMember member, string words)
    {
        var parts = words.Split(' ');
        for (var i = 0; i < parts.Length; i += 3)
            parts[i] = $"{Protocol}.{parts[i]}";
        return member.Snmp("snmpset", parts);
    }
}
